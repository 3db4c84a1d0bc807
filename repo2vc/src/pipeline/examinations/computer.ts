import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import type { Finding } from '../../model/index.ts';
import { fine, note, problem } from '../../model/index.ts';
import { shellWord } from '../../model/shell-word.ts';

const gib = 1024 ** 3;
const oldestNode = [20, 19] as const;

/** Node, disk and memory. */
export async function examineComputer(context: Context): Promise<readonly Finding[]> {
  return [
    examineNode(),
    await examineDisk('state', context.places.state),
    await examineDisk('cache', context.places.cache),
    examineMemory(),
  ];
}

function examineNode(): Finding {
  const version = process.versions.node;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (enough) return fine('node', 'node-found', `Node ${version}.`, { version });
  const message = `Node ${version} is too old; ${oldestNode.join('.')} or newer is needed.`;
  return problem('node', 'node-too-old', message, { version }, 'npx n lts');
}

async function examineDisk(which: string, folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfsOf(folder);
  const free = bavail * bsize;
  const args = { folder, free };
  const message = `${(free / gib).toFixed(1)} GiB are free for the ${which} in ${folder}.`;
  const remedy = `df -h ${shellWord(folder)}`;
  if (free < gib) return problem('disk', 'disk-nearly-full', message, args, remedy);
  return free < 5 * gib
    ? note('disk', 'disk-short', message, args, remedy)
    : fine('disk', 'disk-free', message, args);
}

/** Of the folder, or of the nearest one above that is there. */
async function statfsOf(folder: string): Promise<{ bavail: number; bsize: number }> {
  return statfs(folder).catch((error: unknown) => {
    if (dirname(folder) === folder) throw error;
    return statfsOf(dirname(folder));
  });
}

function examineMemory(): Finding {
  const free = process.availableMemory();
  const message = `${(free / gib).toFixed(1)} GiB of memory are available.`;
  if (free < gib) return note('memory', 'memory-short', message, { free }, 'free -h');
  return fine('memory', 'memory-free', message, { free });
}
