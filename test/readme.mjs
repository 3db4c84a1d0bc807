// Runs the commands of README.md as a newcomer would, in a clean copy of this folder: every code block whose fence says
// ```sh ci, one after the other. `--done COMMAND` leaves out a line that the caller has just run by itself.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const done = process.argv.flatMap((word, index, all) => (all[index - 1] === '--done' ? [word] : []));
const promised = ['npm run demo', 'npm test'];

function blocks() {
  const readme = join(root, 'README.md');
  const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
  return [...text.matchAll(/^```sh ci\n(.*?)^```$/gms)].map((match) => match[1].trim());
}

/** Runs one block; the shell ends at the first command that fails. */
function runs(script, folder) {
  console.log(`\n$ ${script.replaceAll('\n', '\n$ ')}`);
  const argv = ['-euo', 'pipefail', '-c', script];
  return spawnSync('bash', argv, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

const scripts = blocks();
const lines = scripts.flatMap((script) => script.split('\n'));
const absent = promised.filter((command) => !lines.includes(command));
for (const command of absent) console.log(`README.md has no block \`\`\`sh ci with the line: ${command}`);

const made = ['.git', 'node_modules', 'dist', '.bench'];
const parent = mkdtempSync(join(tmpdir(), 'readme-'));
const folder = join(parent, 'repo2vc');
cpSync(root, folder, { recursive: true, filter: (path) => !made.includes(basename(path)) });
const left = scripts
  .map((script) => script.split('\n').filter((line) => !done.includes(line)))
  .filter((script) => script.length > 0);
const passed = left.filter((script) => runs(script.join('\n'), folder)).length;
rmSync(parent, { recursive: true, force: true });

const failed = absent.length + left.length - passed;
process.exitCode = failed > 0 ? 1 : 0;
console.log(`\n${passed} passed, ${failed} failed, 0 skipped`);
