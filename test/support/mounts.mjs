// Mounts of this computer, as far as tests make them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What is mounted at or below a folder, the deepest first. @param {string} folder */
export function mountsBelow(folder) {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[1] ?? '').replace(/\\(\d{3})/g, (_, code) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
    )
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

/** Unmounts all that. @param {string} folder */
export function unmountBelow(folder) {
  for (const path of mountsBelow(folder)) {
    if (spawnSync('umount', [path], { stdio: 'ignore' }).status !== 0) {
      spawnSync('umount', ['--lazy', path], { stdio: 'ignore' });
    }
  }
}
