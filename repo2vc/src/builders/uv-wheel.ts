/** The uv that is fetched where the computer has none, or one that is too old. */
export const uvVersion = '0.13.9';

/** The oldest uv that will do: the first that knows UV_SYSTEM_CERTS. */
export const oldestUv = '0.11.0';

/** SHA-256 of the Linux wheels of that version, as PyPI lists them: x86_64 and aarch64, for glibc and for musl. */
const hashes = [
  'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19', // manylinux_2_17_x86_64
  '2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25', // musllinux_1_1_x86_64
  'ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375', // manylinux_2_28_aarch64
  '5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe', // manylinux_2_17 and musllinux_1_1 aarch64
];

/** The requirement that pip installs uv from: this version with one of these hashes, and nothing else. */
export const uvRequirement = `uv==${uvVersion} ${hashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`;
