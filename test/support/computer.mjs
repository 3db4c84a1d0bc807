// What some tests need beyond Node and npm, how to see whether it is here, and how to get it. Plain JavaScript, because
// both the runner (test/run.mjs) and the tests (through needs.ts) ask.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @param {string} program @param {...string} args */
function works(program, ...args) {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** The path of the first of these programs that is on the PATH. @param {...string} names */
function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The Chromium that browser tests drive. */
export const chromiumPath = () => onPath('chromium', 'chromium-browser', 'google-chrome');

/** @type {Record<'git' | 'pip' | 'bubblewrap' | 'chromium' | 'docker' | 'sshd' | 'root', { isHere: () => boolean, how: string }>} */
export const tools = {
  git: { isHere: () => works('git', '--version'), how: 'apt-get install git' },
  pip: {
    isHere: () => works('python3', '-m', 'pip', '--version'),
    how: 'apt-get install python3 python3-pip',
  },
  bubblewrap: {
    isHere: () => works('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true'),
    how: 'apt-get install bubblewrap (and a kernel that lets this user make namespaces)',
  },
  chromium: {
    isHere: () => chromiumPath() !== undefined,
    how: 'apt-get install chromium fonts-dejavu-core',
  },
  docker: {
    isHere: () => works(process.execPath, join(import.meta.dirname, 'engine.mjs')),
    how: 'apt-get install docker.io debootstrap, and sudo npm test (which starts an engine where none answers)',
  },
  sshd: { isHere: () => existsSync('/usr/sbin/sshd'), how: 'apt-get install openssh-server' },
  root: { isHere: () => process.getuid?.() === 0, how: 'sudo npm test' },
};

/** The names of the tools that are not here. */
export function missingTools() {
  return Object.entries(tools).flatMap(([name, tool]) => (tool.isHere() ? [] : [name]));
}
