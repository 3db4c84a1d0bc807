import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { contextIn, placesIn } from '../support/built-engine.mjs';
import { bareNetwork, imageGoal, nodeImage, timed, withEngine } from './engine.mjs';
import { interleaved, round } from './measure.mjs';

export const name = 'containers';
export const aim =
  'up and down take at most 1.3 × the bare calls to the engine, all at once, and grow linearly to 64 nodes';

export async function run() {
  return withEngine(async ({ docker, folder, environment }) => {
    const { dockerProvider } = await import('../../repo2vc/dist/clusters/providers/docker/index.js');
    const { ensureCluster } = await import('../../repo2vc/dist/clusters/engine.js');
    const { destroyCluster } = await import('../../repo2vc/dist/clusters/destroy.js');
    const context = contextIn(placesIn(folder), { environment });
    const image = await nodeImage(docker);
    /** Milliseconds for up and down; between them, `look` is told the cluster's id. */
    const cluster = async (count, look = async () => undefined) => {
      const goal = imageGoal('docker', count, image);
      const { id } = goal.cluster;
      const up = await timed(() => ensureCluster(goal, dockerProvider, join(folder, id), context));
      await look(id);
      return up + (await timed(() => destroyCluster(id, dockerProvider, {}, context)));
    };
    let body;
    await cluster(1, async (id) => {
      body = bodyOf(await docker.getContainer(`repo2vc-${id}.node-1`).inspect());
    });
    const rows = [];
    for (const count of [1, 4, 16]) {
      const times = await interleaved(count === 16 ? 3 : 5, {
        cluster: () => cluster(count),
        floor: () => timed(() => bareNodes(docker, count, body)),
      });
      const ratio = times.cluster / times.floor;
      rows.push({
        what: `${count} up and down`,
        ...{ value: round(times.cluster), unit: 'ms', floor: round(times.floor) },
        ...{ ratio: round(ratio), ok: ratio <= 1.3 },
      });
      rows.push({ what: `${count}: per node`, value: round(times.cluster / count), unit: 'ms' });
    }
    const perNode = rows.at(-1).value;
    const ms = (await cluster(64)) / 64;
    const row = { value: round(ms), unit: 'ms', floor: perNode, ratio: round(ms / perNode) };
    return [...rows, { what: '64: per node, against 16', ...row, ok: ms / perNode <= 1.3 }];
  });
}

/** What to ask for to get such a container again. */
function bodyOf({ Config, HostConfig }) {
  return { ...Config, HostConfig, Labels: { 'repo2vc-test': 'bench' } };
}

/**
 * Containers with the same settings, and the one program that is run in each to see what changed; nothing that makes them
 * safe: no journal, no tags that are looked at, no second look.
 */
async function bareNodes(docker, count, body) {
  const network = await bareNetwork(docker, '10.214.0.0/24');
  const names = Array.from({ length: count }, () => `repo2vc-bench-${randomBytes(6).toString('hex')}`);
  const containers = await Promise.all(
    names.map(async (name, index) => {
      const container = await docker.createContainer(bareBody(body, name, network.id, `node-${index + 1}`));
      await container.start();
      return container;
    }),
  );
  await Promise.all(containers.map((container) => bareExec(container)));
  await Promise.all(containers.map((container) => container.remove({ force: true })));
  await Promise.all([...names.map((name) => docker.getVolume(name).remove()), network.remove()]);
}

function bareBody(body, name, network, host) {
  const Mounts = body.HostConfig.Mounts.map((mount) => ({ ...mount, Source: name }));
  return {
    ...{ ...body, name, Hostname: host },
    HostConfig: { ...body.HostConfig, Mounts, NetworkMode: network },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [host] } } },
  };
}

async function bareExec(container) {
  const exec = await container.exec({ Cmd: ['true'], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  await new Promise((resolve) => stream.on('end', resolve).resume());
  await exec.inspect();
}
