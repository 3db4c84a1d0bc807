import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { codeOf } from '../io/files.ts';
import { unpackTar } from '../io/tar.ts';
import { type ClusterId, type NodeView, parserOf } from '../model/index.ts';
import { eachOf } from './parallel.ts';
import type { ClusterProvider, ExecResult, NodeConnection } from './types.ts';

const script = new URL('../../node-side/listing.sh', import.meta.url);
const parseDirectory = parserOf<string>('common.schema.json#/$defs/RelativePath');
const maxListingBytes = 128 * 1024 * 1024;
const caps = { maxBytes: 200 * 1024 ** 3, maxFiles: 200_000 };

/**
 * Remembers, on the node, the files of a folder below its home as they are now: call it once they have all been placed.
 * What differs from this when the node is removed is brought home.
 */
export async function recordListing(connection: NodeConnection, directory: string): Promise<void> {
  const result = await list(connection, ['record', directory]);
  if (result.code !== 0) throw notListed(result);
}

/**
 * Saves what changed on these nodes since `recordListing` to the state folder, below `saved/<cluster>`. Their
 * programs are ended first. What a node says is a stranger's word: names are checked, amounts are capped, and nothing of
 * it is run. A node that is being created has no work yet.
 */
export async function bringHomeFrom(
  nodes: readonly NodeView[],
  cluster: ClusterId,
  provider: ClusterProvider,
  context: Context,
): Promise<void> {
  const worked = nodes.filter((one) => one.state !== 'creating');
  await provider.stop(cluster, worked, context);
  await eachOf(worked, provider.parallel, async (node) => {
    const connection = await provider.connect(cluster, node, context);
    await bringHome(connection, node, cluster, context);
  }).catch((error: unknown) => {
    throw notSaved(error, cluster);
  });
}

async function bringHome(
  connection: NodeConnection,
  node: NodeView,
  cluster: ClusterId,
  context: Context,
): Promise<void> {
  const placed = await listing(connection, ['placed']);
  if (!placed) return;
  const directory = parseDirectory(placed.directory, 'the listing on the node');
  const now = await listing(connection, ['now', directory]);
  if (!now) return;
  const touched = [...now.states].filter(([path, state]) => placed.states.get(path) !== state);
  const known = touched.map(([path]) => path).filter((path) => placed.hashes.has(path));
  const input = Buffer.from(known.map((path) => `${path}\0`).join(''), 'latin1');
  const hashes = known.length === 0 ? undefined : await listing(connection, ['hash', directory], input);
  const same = new Set(known.filter((path) => hashes?.hashes.get(path) === placed.hashes.get(path)));
  const changed = touched.map(([path]) => path).filter((path) => !same.has(path));
  if (changed.length === 0) return;
  const temporary = join(context.places.state, 'saved', `.${cluster.id}-${node.name}`);
  await rm(temporary, { recursive: true, force: true });
  try {
    const tar = await connection.get(directory, changed.map(nameOf));
    const files = await unpackTar(tar, temporary, { ...caps, source: `The node of ${cluster.id}` });
    if (files.length < changed.length) throw notAllRead(changed.length - files.length, node);
    const folder = await keep(temporary, cluster.id, directory, context);
    context.emit({ code: 'work-saved', args: { cluster: cluster.id, files: files.length, folder } });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Moves what was brought home to `saved/<cluster>/<directory>`; to `saved/<cluster>-2/…` and so on when something of
 * that cluster was saved before: nothing replaces older work, and nothing incomplete is ever seen there.
 */
async function keep(from: string, cluster: string, directory: string, context: Context): Promise<string> {
  for (let round = 1; ; round++) {
    const name = round === 1 ? cluster : `${cluster}-${round}`;
    const folder = join(context.places.state, 'saved', name, directory);
    await mkdir(dirname(folder), { recursive: true });
    if (await renamed(from, folder)) return folder;
  }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A listing as it was read. Paths are `./…` in latin1: every byte is kept, whatever the name's encoding. */
interface Listing {
  readonly directory: string | undefined;
  readonly states: ReadonlyMap<string, string>;
  readonly hashes: ReadonlyMap<string, string>;
}

async function listing(
  connection: NodeConnection,
  request: readonly string[],
  names?: Uint8Array,
): Promise<Listing | undefined> {
  const result = await list(connection, request, names);
  if (result.code === 3) return undefined;
  if (result.code !== 0 || result.truncated) throw notListed(result);
  const states = new Map<string, string>();
  const hashes = new Map<string, string>();
  let directory: string | undefined;
  for (const record of result.stdout.toString('latin1').split('\0')) {
    const state = /^s (\d+ [\d.]+ [\d.]+) (\.\/.+)$/s.exec(record);
    const hash = /^h ([0-9a-f]{64}) [ *](\.\/.+)$/s.exec(record);
    if (state?.[1] && state[2]) states.set(state[2], state[1]);
    else if (hash?.[1] && hash[2]) hashes.set(hash[2], hash[1]);
    else if (record.startsWith('d ')) directory = Buffer.from(record.slice(2), 'latin1').toString('utf8');
  }
  return { directory, states, hashes };
}

/** The script comes as an argument, so that what it reads can be the names. */
async function list(
  connection: NodeConnection,
  request: readonly string[],
  input: Uint8Array = new Uint8Array(),
): Promise<ExecResult> {
  const text = await readFile(script, 'utf8');
  return connection.exec(['sh', '-c', text, 'listing.sh', ...request], { input, maxBytes: maxListingBytes });
}

/** Nothing runs there any more that could have removed them meanwhile. */
function notAllRead(missing: number, node: NodeView): Failure {
  return new Failure('work-not-saved', `${missing} changed files on ${node.name} cannot be read.`, {
    hint: `Look at their modes below ${node.ref}, then run the same command again.`,
    args: { node: node.name, missing },
  });
}

function nameOf(path: string): string {
  const bytes = Buffer.from(path.slice(2), 'latin1');
  const name = bytes.toString('utf8');
  if (Buffer.from(name, 'utf8').equals(bytes)) return name;
  throw new Failure('unsafe-path', `The name of a file is not UTF-8: ${JSON.stringify(name)}.`, {
    hint: 'Give it another name in JupyterLab.',
  });
}

function notListed(result: ExecResult): Failure {
  const said = result.stderr.toString('utf8').trim().slice(-500);
  return new Failure(
    'listing-failed',
    `The files on the node could not be listed (${result.code}): ${said}`,
    {
      hint: 'Try again: the nodes are made anew.',
    },
  );
}

function notSaved(error: unknown, cluster: ClusterId): unknown {
  // What is neither a failure nor an error of the system is a fault of ours, and shown as one.
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'interrupted' || error.code === 'disk-full') return error;
  return new Failure(
    'work-not-saved',
    `What changed on ${cluster.id} could not be brought home: ${error.message}`,
    {
      hint: `Nothing was removed. To give it up: repo2vc clusters destroy ${cluster.id} --discard`,
      args: { cluster: cluster.id },
      cause: error,
    },
  );
}
