import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from './cli.ts';

/**
 * Everything of a person's runs that is on this computer, to be compared before and after: node folders, addresses,
 * what lies on memory-backed storage, and processes. `ids` are runs whose folders are gone.
 */
export function belongings(person: Person, ids: readonly string[] = []): string[] {
  const runs = [...new Set([...runIdsOf(person), ...ids])];
  const memory = `/dev/shm/repo2vc-${process.getuid?.() ?? 0}`;
  return [
    ...namesIn(join(person.state, 'nodes')).map((name) => `nodes ${name}`),
    ...namesIn(join(person.state, 'addresses')).map((name) => `address ${name}`),
    ...namesIn(memory)
      .filter((name) => runs.some((id) => name.startsWith(id)))
      .map((name) => `memory ${name}`),
    ...processesOf(person, runs).map((pid) => `process ${pid} ${factOf(pid, 'cmdline').slice(0, 120)}`),
  ].sort();
}

/** The runs that have a folder, oldest first. */
export function runIdsOf(person: Pick<Person, 'state'>): string[] {
  return namesIn(join(person.state, 'runs')).sort();
}

/**
 * The processes that work for a person: their environment, command line or working folder names the person's folder or
 * one of their runs. An archive that they serve is none of them.
 */
export function processesOf(person: Person, runs: readonly string[] = runIdsOf(person)): number[] {
  const words = [person.folder, ...runs];
  return allProcesses().filter((pid) => {
    if (pid === process.pid || factOf(pid, 'cmdline').includes('archive serve')) return false;
    const facts = [factOf(pid, 'environ'), factOf(pid, 'cmdline'), folderOf(pid)];
    return facts.some((fact) => words.some((word) => fact.includes(word)));
  });
}

/** Where any of these texts stands: files below the folders, and the command lines and environments of all processes. */
export function placesOf(texts: readonly string[], folders: readonly string[]): string[] {
  const holds = (content: Buffer | string) => texts.some((text) => content.includes(text));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const inFiles = files.filter(
    (path) => existsSync(path) && statSync(path).size < 50e6 && holds(readFileSync(path)),
  );
  const inProcesses = allProcesses().flatMap((pid) =>
    (['cmdline', 'environ'] as const)
      .filter((name) => pid !== process.pid && holds(factOf(pid, name)))
      .map((name) => `${name} of ${pid}: ${factOf(pid, 'cmdline').slice(0, 120)}`),
  );
  return [...inFiles, ...inProcesses];
}

function allProcesses(): number[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function factOf(pid: number, name: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
