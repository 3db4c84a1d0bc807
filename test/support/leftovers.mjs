// What a run of the tests left on the computer. Every temporary file of the run is made below one folder, and whatever
// the tests start has that folder in its environment, arguments or working directory: so both can be found exactly.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** @param {() => string} read */
function orNothing(read) {
  try {
    return read();
  } catch {
    return '';
  }
}

/** @param {string} pid @param {string} folder */
function mentions(pid, folder) {
  const facts = [
    () => readFileSync(`/proc/${pid}/environ`, 'utf8'),
    () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    () => readlinkSync(`/proc/${pid}/cwd`),
  ];
  return facts.some((read) => orNothing(read).includes(folder));
}

/** @param {string} folder */
function processesOf(folder) {
  return orNothing(() => readdirSync('/proc').join(' '))
    .split(' ')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && mentions(name, folder));
}

/**
 * Sentences for the processes and files of this run that are still there; processes have ten seconds to end. Those that
 * do not are killed after they were told, so that a failed run leaves nothing behind.
 * @param {string} folder
 */
export async function leftovers(folder) {
  for (let i = 0; i < 20 && processesOf(folder).length > 0; i++) await sleep(500);
  const found = processesOf(folder).map((pid) => {
    const command = orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    orNothing(() => String(process.kill(Number(pid), 'SIGKILL')));
    return `process ${pid}: ${command.slice(0, 300)}`;
  });
  return [...found, ...readdirSync(folder).map((name) => `in the temporary folder: ${name}`)];
}
