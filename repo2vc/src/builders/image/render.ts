/** Where the certificate authorities lie in every image that was given some. */
export const authoritiesPath = '/etc/ssl/repo2vc/ca.pem';

/** The variables by which programs find certificate authorities. */
export const authorityVariables = [
  'SSL_CERT_FILE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'GIT_SSL_CAINFO',
] as const;

/** Whom the programs of an image run as that repo2vc describes: repo2docker's user. */
export const imageUser = { name: 'jovyan', uid: 1000, gid: 1000, home: '/home/jovyan' } as const;

const tools = '/opt/repo2vc';
const prefix = '/srv/venv';
export const uvPath = `${tools}/uv/bin/uv`;
export const pythonPath = `${prefix}/bin/python`;

/** The exit code by which an image says that it cannot carry an environment of Python. */
export const lacksPython = 91;

/** An image that trusts the computer's certificate authorities, and is the same else. Pure. */
export function renderTrusting(base: string): string {
  const variables = authorityVariables.map((name) => `${name}=${authoritiesPath}`).join(' ');
  return lines([`FROM ${base}`, `COPY ca.pem ${authoritiesPath}`, `ENV ${variables}`]);
}

/** An image with uv, an empty environment, and a plain user: what every environment of Python is built on. Pure. */
export function renderPython(base: string, args: readonly string[]): string {
  const { name, uid, gid, home } = imageUser;
  return lines([
    `FROM ${base}`,
    'USER root',
    `COPY prepare.sh uv.txt ${tools}/`,
    ...args.map((arg) => `ARG ${arg}`),
    `RUN ["/bin/sh", "${tools}/prepare.sh"]`,
    `ENV ${[
      ...[
        `HOME=${home}`,
        `USER=${name}`,
        `NB_USER=${name}`,
        `NB_UID=${uid}`,
        'SHELL=/bin/bash',
        'LANG=C.UTF-8',
      ],
      ...[`REPO_DIR=${home}`, `NB_PYTHON_PREFIX=${prefix}`, `VIRTUAL_ENV=${prefix}`, 'PYTHONUNBUFFERED=1'],
      `PATH=${prefix}/bin:${home}/.local/bin:$PATH`,
    ].join(' ')}`,
    `USER ${uid}:${gid}`,
    `WORKDIR ${home}`,
    'EXPOSE 8888',
    'ENTRYPOINT []',
    'CMD ["jupyter", "lab", "--ip", "0.0.0.0"]',
  ]);
}

/** Makes the user and the empty environment. A user that has the number already gives it up, as in repo2docker. */
export const prepareScript = `#!/bin/sh
set -eu
umask 022
lacks() { echo "repo2vc: $1"; exit ${lacksPython}; }
command -v python3 >/dev/null || lacks "there is no python3"
python3 -m pip --version >/dev/null || lacks "python3 has no pip"
for file in /etc/passwd /etc/group; do
  sed -e '/^${imageUser.name}:/d' -e '/^[^:]*:[^:]*:${imageUser.uid}:/d' "$file" >"$file.new"
  cat "$file.new" >"$file"
  rm "$file.new"
done
echo '${imageUser.name}:x:${imageUser.uid}:${imageUser.gid}::${imageUser.home}:/bin/bash' >>/etc/passwd
echo '${imageUser.name}:x:${imageUser.gid}:' >>/etc/group
mkdir -p ${imageUser.home} ${prefix}
python3 -m pip install --target ${tools}/uv --no-deps --require-hashes --only-binary :all: --no-compile \\
  --no-cache-dir --disable-pip-version-check --root-user-action ignore --retries 2 -r ${tools}/uv.txt
${uvPath} venv --no-project --no-cache --no-config --python "$(command -v python3)" --allow-existing ${prefix}
chown -R ${imageUser.uid}:${imageUser.gid} ${imageUser.home} ${prefix}
`;

/** The words for resolving requirements to versions with hashes; they are given, and asked for, by streams. Pure. */
export function resolveWords(flags: readonly string[], sourceBuilds: boolean): string[] {
  return [
    ...[uvPath, 'pip', 'compile', '--python', pythonPath, ...flags],
    ...['--no-cache', '--generate-hashes', '--no-header', '--no-annotate'],
    ...[...(sourceBuilds ? [] : ['--no-build']), '-'],
  ];
}

/** An image with exactly the packages of requirements.txt, which lies beside the Dockerfile. Pure. */
export function renderEnvironment(
  base: string,
  options: {
    readonly args: readonly string[];
    readonly flags: readonly string[];
    readonly hashed: boolean;
    readonly sourceBuilds: boolean;
  },
): string {
  const words = [
    ...[uvPath, 'pip', 'install', '--python', pythonPath, ...options.flags],
    ...['--no-cache', '--no-deps', ...(options.hashed ? ['--require-hashes'] : []), '--compile-bytecode'],
    ...[...(options.sourceBuilds ? [] : ['--no-build']), '-r', `${tools}/requirements.txt`],
  ];
  return lines([
    `FROM ${base}`,
    `COPY requirements.txt ${tools}/`,
    ...options.args.map((arg) => `ARG ${arg}`),
    `RUN ${JSON.stringify(words)}`,
  ]);
}

function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}
