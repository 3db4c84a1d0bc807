import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { readIfThere } from '../../../io/files.ts';
import { type ProcessNodeTag, parserOf } from '../../../model/index.ts';
import { replaceInside } from './inside.ts';
import { type NodePlace, names } from './places.ts';

const parseTag = parserOf<ProcessNodeTag>('process-node.schema.json');

/** The tag of a node; undefined while it was not written yet, or when it cannot be read. */
export async function readTag(place: NodePlace): Promise<ProcessNodeTag | undefined> {
  const path = join(place.folder, names.tag);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return parseTag(JSON.parse(text), path);
  } catch {
    return undefined;
  }
}

/** When a node ends: its lease, or what its tag said at birth. */
export async function endOf(place: NodePlace, tag: ProcessNodeTag): Promise<Date> {
  const lease = await readIfThere(join(place.folder, names.lease));
  return Number(lease) > 0 ? new Date(Number(lease) * 1000) : new Date(tag.expiresAt);
}

/** Moves the end of a node; its supervisor sees it within two seconds. */
export async function writeLease(place: NodePlace, expiresAt: string, context: Context): Promise<void> {
  const seconds = Math.floor(new Date(expiresAt).getTime() / 1000);
  await replaceInside(place, names.lease, `${seconds}\n`, context);
}

/** This computer since it was last started. */
export async function thisComputer(): Promise<{ host: string; boot: string }> {
  boot ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return { host: hostname(), boot: (await boot).trim() };
}

let boot: Promise<string> | undefined;

/** Whether a node was made on this computer; its name may have changed, or it may have been started again. */
export async function isHere(tag: ProcessNodeTag): Promise<boolean> {
  const here = await thisComputer();
  return tag.host === here.host || tag.boot === here.boot;
}

/** A state folder can be shared between computers; what runs on another one can neither be seen nor ended here. */
export async function refuseElsewhere(place: NodePlace): Promise<void> {
  const tag = await readTag(place);
  if (!tag || (await isHere(tag))) return;
  throw new Failure('cluster-elsewhere', `Node ${tag.node} of ${tag.cluster.id} runs on ${tag.host}.`, {
    hint: `Type the same command there: repo2vc clusters destroy ${tag.cluster.id}`,
    args: { cluster: tag.cluster.id, host: tag.host },
  });
}
