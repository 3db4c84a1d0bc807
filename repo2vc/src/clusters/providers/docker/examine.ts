import { statfs } from 'node:fs/promises';
import type { Context } from '../../../context.ts';
import { type Docker, dockerFor } from '../../../io/docker/client.ts';
import { freeSubnets } from '../../../io/docker/networks.ts';
import { type Finding, fine, note, problemFrom } from '../../../model/index.ts';
import { listAt, textAt } from '../../../model/loose.ts';
import { infoOf, isLimiting } from './check.ts';

/** What the container engine is like, and what is left of it; see ClusterProvider.examine. */
export async function examineEngine(context: Context): Promise<readonly Finding[]> {
  const docker = await dockerFor(context);
  const info = await infoOf(docker, context);
  return [
    describe(docker, info),
    examineLimits(info),
    await examineDisk(docker, info),
    await examineSubnets(docker, context),
  ].flat();
}

function describe({ host, version, local }: Docker, info: unknown): Finding {
  const security = listAt(info, 'SecurityOptions').map(String);
  const rootless = security.some((option) => option.startsWith('name=rootless'));
  const facts = {
    ...{ engine: version.engine, version: version.number, host, local, rootless },
    storage: textAt(info, 'Driver') ?? 'unknown',
    cgroup: `v${textAt(info, 'CgroupVersion') ?? '?'}`,
  };
  const where = local ? 'on this computer' : `at ${host}`;
  const rights = rootless ? ', rootless' : '';
  const message = `${facts.engine} ${facts.version} runs containers ${where} (storage ${facts.storage}, cgroup ${facts.cgroup}${rights}).`;
  return fine('engine', 'engine-answers', message, facts);
}

function examineLimits(info: unknown): Finding {
  if (isLimiting(info)) {
    return fine(
      'engine-limits',
      'limits-enforced',
      'Containers are held to their limits of memory and processors.',
    );
  }
  const message =
    'The container engine cannot hold containers to their limits of memory and processors here.';
  return note('engine-limits', 'limits-not-enforced', message, {}, 'docker info');
}

const fewBytes = 10 * 1024 ** 3;

/** Only where its files are this computer's: a remote engine does not say how much room it has. */
async function examineDisk({ local }: Docker, info: unknown): Promise<Finding[]> {
  const folder = textAt(info, 'DockerRootDir');
  const disk = local && folder ? await statfs(folder).catch(() => undefined) : undefined;
  if (!disk) return [];
  const free = disk.bavail * disk.bsize;
  const gib = (free / 1024 ** 3).toFixed(1);
  const message = `${gib} GiB are free for images and containers, in ${folder}.`;
  const args = { folder: folder ?? '', free };
  if (free >= fewBytes) return [fine('engine-disk', 'engine-disk-free', message, args)];
  return [note('engine-disk', 'engine-disk-low', message, args, 'docker system df')];
}

async function examineSubnets(docker: Docker, context: Context): Promise<Finding> {
  try {
    const { free, ranges } = await freeSubnets(docker, context);
    const message = `${free} networks of clusters have room in ${ranges.join(', ')}.`;
    return fine('engine-networks', 'subnets-free', message, { free, ranges });
  } catch (error) {
    return problemFrom('engine-networks', error);
  }
}
