// What `npm run demo`, `npm test` and `npm pack` do first, so that a clean clone needs no command before them: looks at
// Node, installs what the lockfile names, builds, and puts the command where npx finds it. Says one line for each thing
// it does, and nothing when there is nothing to do. Without dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const oldestNode = [20, 19];

/** Ends with what went wrong, without a stack trace that would tell a newcomer nothing. */
function giveUp(message) {
  console.error(message);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  giveUp(
    `repo2vc needs Node ${oldestNode.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Install a current one (nodejs.org, your distribution, or a version manager), then run the same command again.',
  );
}

/** Runs a program and gives what it printed; shows that, and ends, when it fails. */
function run(what, command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1e9 });
  if (result.status === 0) return result.stdout;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`
    .replace(/^TSFILE:.*\n/gm, '')
    .trimEnd();
  return giveUp(`${output}\n${what} failed. The command was: ${[command, ...args].join(' ')}`);
}

function readJson(path) {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * Whether node_modules is what the lockfile names. npm writes node_modules/.package-lock.json when an installation has
 * ended well, so one that was interrupted counts as none. Packages for other platforms are optional and may be absent.
 */
function isInstalled() {
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (!installed) return false;
  return Object.entries(readJson('package-lock.json').packages)
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, { version, integrity, optional }]) => {
      const found = installed[path];
      if (!found) return optional === true;
      return found.version === version && found.integrity === integrity && existsSync(join(root, path));
    });
}

function install() {
  if (isInstalled()) return;
  console.log('Installing packages (npm ci) …');
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm'];
  run('Installing packages', command, [...before, 'ci']);
}

function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const output = run('Building', process.execPath, [compiler, '-b', 'repo2vc', '--listEmittedFiles']);
  const removed = removeOrphans('');
  if (output.includes('TSFILE:') || removed > 0) console.log('Built repo2vc (tsc -b).');
}

/** Removes what was made from sources that are gone: it would be packed, and tests would find it. */
function removeOrphans(folder) {
  const dist = join(root, 'repo2vc', 'dist', folder);
  let removed = 0;
  for (const entry of readdirSync(dist, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const source = join(root, 'repo2vc', 'src', path.replace(/\.(d\.ts|js|js\.map)$/, '.ts'));
    if (existsSync(source) && entry.isDirectory()) removed += removeOrphans(path);
    else if (!existsSync(source) && entry.name !== '.tsbuildinfo') {
      rmSync(join(dist, entry.name), { recursive: true });
      removed++;
    }
  }
  return removed;
}

/** npm links a workspace's command only when it is there at installation, and it is built after that. */
function link() {
  const command = join(root, 'repo2vc', 'dist', 'cli', 'main.js');
  const place = join(root, 'node_modules', '.bin', 'repo2vc');
  if (!existsSync(command)) return;
  if ((statSync(command).mode & 0o111) === 0) chmodSync(command, 0o755);
  if (!existsSync(place)) symlinkSync('../../repo2vc/dist/cli/main.js', place);
}

checkNode();
install();
build();
link();
