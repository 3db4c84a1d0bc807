// Runs the commands of README.md as a newcomer would: every code block whose fence says ```sh, one after the other, at a
// terminal where somebody says yes to every question. (```sh no-ci is for what needs an account, or somebody else's DOI.)
// Blocks of npm run in a clean copy of this folder, the others beside a notebook of one's own; an `export` is typed in the
// copy, once for every block.
// `--done COMMAND` leaves out a line that the caller has just run by itself.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const done = process.argv.flatMap((word, index, all) => (all[index - 1] === '--done' ? [word] : []));
const promised = ['npm run demo', 'npm test'];

/** The blocks, each a list of commands without what is said beside them; what is for another terminal ends with &. */
function blocks() {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) =>
    match[1]
      .split('\n')
      .map((line) =>
        line
          .replace(/\s+# in another terminal.*$/, ' &')
          .replace(/\s+#.*$/, '')
          .trim(),
      )
      .filter((line) => line !== ''),
  );
}

/** A folder with a clean copy, a notebook of one's own, and a home that has the settings of the real one. */
function prepare() {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  chmodSync(folder, 0o755);
  const [copy, own, home] = ['repo2vc', 'own', 'home'].map((name) => join(folder, name));
  const made = ['.git', 'node_modules', 'dist', '.bench'];
  cpSync(root, copy, { recursive: true, filter: (path) => !made.includes(basename(path)) });
  mkdirSync(home);
  for (const name of readdirSync(homedir())) {
    if (name.startsWith('.')) symlinkSync(join(homedir(), name), join(home, name));
  }
  mkdirSync(own);
  cpSync(join(root, 'examples/one-node/environment/requirements.txt'), join(own, 'requirements.txt'));
  cpSync(join(root, 'examples/one-node/CITATION.cff'), join(own, 'CITATION.cff'));
  writeFileSync(join(own, 'analysis.ipynb'), JSON.stringify(notebook));
  return { folder, copy, own, home };
}

const cell = (type, source) => ({ cell_type: type, metadata: {}, source: [source] });
const notebook = {
  nbformat: 4,
  nbformat_minor: 4,
  metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
  cells: [
    cell('markdown', '# Six times seven'),
    { ...cell('code', 'print(6 * 7)'), execution_count: null, outputs: [] },
  ],
};

/**
 * Runs one block at a terminal that script(1) makes; the shell ends at the first command that fails. What is started
 * in the background gets the moment that a person would need to type the next line.
 */
function runs(commands, { copy, own, home }) {
  const there = commands.some((line) => line.startsWith('npm ')) ? copy : own;
  const lines = commands.map((line) => (line.endsWith('&') ? `${line}\nsleep 5` : line));
  const script = [`cd '${copy}'`, ...exported, `cd '${there}'`, ...lines].join('\n');
  console.log(`\n$ ${commands.join('\n$ ')}`);
  const env = {
    ...process.env,
    CI: '1',
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'), // so that `sweep --all` meets nothing of the person who runs this
    BLOCK: script,
  };
  const pipe = `(while sleep 2; do echo y; done) | script --quiet --return --command 'bash -euc "$BLOCK"' /dev/null`;
  const stdio = ['ignore', 'inherit', 'inherit'];
  return spawnSync('bash', ['-c', pipe], { env, stdio, timeout: 20 * 60_000 }).status === 0;
}

const all = blocks();
const absent = promised.filter((command) => !all.flat().includes(command));
for (const command of absent) console.log(`README.md has no block \`\`\`sh with the line: ${command}`);

const exported = all.flat().filter((line) => line.startsWith('export '));
const places = prepare();
const left = all
  .map((block) => block.filter((line) => !done.includes(line) && !exported.includes(line)))
  .filter(({ length }) => length > 0);
const passed = left.filter((block) => runs(block, places)).length;
rmSync(places.folder, { recursive: true, force: true });

const failed = absent.length + left.length - passed;
process.exitCode = failed > 0 ? 1 : 0;
console.log(`\n${passed} passed, ${failed} failed, 0 skipped`);
