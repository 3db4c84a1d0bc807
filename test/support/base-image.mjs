// The image that tests build on where no registry can be reached: Debian, from its packages, under a name of our own,
// with Python as the images called `python` have it: `python` and `pip install` just work.
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { call } from './engine-api.mjs';
import { unmountBelow } from './mounts.mjs';

const suite = 'bookworm';
/** What the image is called. */
export const baseImage = `repo2vc-test/base:${suite}`;
/** The setting `containers.baseImages` of tests. */
export const baseImages = { 'python:*': baseImage, 'debian:*': baseImage };

/** A small image for nodes on it, with sh and a Python without packages. Small to make, so that every test may have it made. */
export const nodeDockerfile = `FROM ${baseImage}
RUN useradd --uid 1000 --create-home jovyan
USER jovyan
WORKDIR /home/jovyan
`;

const packages = ['ca-certificates', 'python3', 'python3-pip'];
const environment = ['CMD ["python3"]', 'ENV LANG=C.UTF-8'];

/** Whether an engine has it. @param {string} host */
export async function hasBaseImage(host) {
  return (await call(host, 'GET', `/images/${baseImage}/json`)).status === 200;
}

/**
 * Brings it into an engine that does not have it: from `cache`, or else from Debian's packages, which takes a minute.
 * @param {string} host @param {string} cache
 */
export async function ensureBaseImage(host, cache) {
  if (await hasBaseImage(host)) return;
  const archive = join(cache, `base-${suite}-${process.arch}-1.tar`);
  if (!existsSync(archive)) make(archive, cache);
  const changes = environment.map((line) => `&changes=${encodeURIComponent(line)}`).join('');
  const { status, text } = await call(
    ...[host, 'POST', `/images/create?fromSrc=-&repo=${baseImage}${changes}`],
    { upload: createReadStream(archive), timeoutMs: 600_000 },
  );
  if (status !== 200 || text.includes('"error"')) throw new Error(`Importing ${baseImage}: ${text}`);
}

/** @param {string} archive @param {string} cache */
function make(archive, cache) {
  if (process.getuid?.() !== 0) throw new Error(`${baseImage} is not there, and only root can make it.`);
  console.log(`Making ${baseImage} from Debian packages, once (a minute) …`);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'base-'));
  const root = join(folder, 'root');
  try {
    run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, root, mirror()]);
    beLikePythonImages(root);
    const left = ['./dev/*', './proc/*', './sys/*', './var/cache/apt/*', './var/lib/apt/lists/*'];
    const options = left.map((path) => `--exclude=${path}`);
    run('tar', ['--create', '--numeric-owner', `--file=${folder}/tar`, ...options, '-C', root, '.']);
    renameSync(join(folder, 'tar'), archive);
  } finally {
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} root */
function beLikePythonImages(root) {
  symlinkSync('python3', join(root, 'usr/bin/python'));
  const libraries = join(root, 'usr/lib');
  for (const name of readdirSync(libraries).filter((name) => name.startsWith('python3.')))
    rmSync(join(libraries, name, 'EXTERNALLY-MANAGED'), { force: true });
}

/** Where this computer gets its own Debian packages. Only a whole mirror has updates beside the release. */
function mirror() {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const lines = run('apt-get', ['--print-uris', 'update']);
  /** @param {string} name */
  const of = (name) =>
    [...lines.matchAll(new RegExp(`'(\\S+)/dists/${name}/InRelease'`, 'g'))].map(([, url]) => url);
  const updated = of(`${release}-updates`);
  const found = of(`${release}`).find((url) => updated.includes(url)) ?? of(`${release}`)[0];
  if (found === undefined) throw new Error('The settings of apt name no mirror of Debian.');
  return found;
}

/** @param {string} program @param {string[]} args */
function run(program, args) {
  const proxy = program === 'debootstrap' ? aptProxy() : undefined;
  const env = { ...process.env, ...(proxy && { http_proxy: proxy, https_proxy: proxy }) };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env,
    maxBuffer: 1e8,
  });
  if (status === 0) return stdout;
  throw new Error(`${program} failed: ${error?.message ?? `${stderr}${stdout}`.slice(-1000)}`);
}

/** debootstrap does not read it. */
function aptProxy() {
  const settings =
    spawnSync('apt-config', ['dump', 'Acquire::http::Proxy'], { encoding: 'utf8' }).stdout ?? '';
  return /Proxy "(http[^"]+)"/.exec(settings)?.[1];
}
