// What a run of the tests left on the computer. Every temporary file of the run is made below one folder, and whatever
// the tests start has that folder in its environment, arguments or working directory: so both can be found exactly.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './engine-api.mjs';

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

/**
 * The containers, networks and volumes of ours on an engine; all that there are, where it is ours alone. Images are kept, as
 * the caches on disk are; those without a name are what the engine itself keeps of builds (`docker image prune`).
 * @param {{ host: string, own: boolean }} engine
 * @returns {Promise<string[]>}
 */
export async function thingsOf({ host, own }) {
  const [containers, networks, { Volumes: volumes }] = await Promise.all(
    ['/containers/json?all=1', '/networks?filters={"type":["custom"]}', '/volumes'].map((path) =>
      ask(host, 'GET', path),
    ),
  );
  const marked = ({ Labels }) => Object.keys(Labels ?? {}).some((name) => name.startsWith('repo2vc'));
  const counts = (thing) => own || marked(thing);
  return [
    ...containers.filter(counts).map(({ Id, Names }) => `container ${Id.slice(0, 12)} ${Names}`),
    ...networks.filter(counts).map(({ Name }) => `network ${Name}`),
    ...(volumes ?? []).filter(counts).map(({ Name }) => `volume ${Name}`),
  ].sort();
}

/**
 * What is on the engine and was not there before; it has ten seconds to go.
 * @param {{ host: string, own: boolean }} engine @param {string[]} before
 */
export async function newThings(engine, before) {
  const look = async () => (await thingsOf(engine)).filter((thing) => !before.includes(thing));
  for (let i = 0; i < 20 && (await look()).length > 0; i++) await sleep(500);
  return (await look()).map((thing) => `on the engine: ${thing}`);
}
