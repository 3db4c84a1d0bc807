import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { destroyCluster } from '../../repo2vc/src/clusters/destroy.ts';
import { ensureCluster } from '../../repo2vc/src/clusters/engine.ts';
import { dockerProvider } from '../../repo2vc/src/clusters/providers/docker/index.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import { testCluster, testId } from './clusters.ts';
import { testContext } from './context.ts';
import { ask } from './engine-api.mjs';
import { engine } from './images.ts';
import { nodeEnvironment } from './node-image.ts';

type Options = NonNullable<Parameters<typeof testCluster>[1]>;

/** A goal for nodes that are containers; whatever becomes of it, nothing is there after the test. */
export async function dockerGoal(options: Options = {}, changes: Partial<Context> = {}) {
  const host = await engine();
  const direct = testContext({ environment: { ...process.env, DOCKER_HOST: host } });
  const context = testContext({ environment: direct.environment, ...changes });
  const environment = options.environment ?? (await nodeEnvironment());
  const cluster = testCluster(testId(), { provider: 'docker', ...options, environment });
  const { id } = cluster.cluster;
  onTestFinished(() => destroyCluster(id, dockerProvider, { discard: true }, direct));
  const folder = join(context.folder, 'run');
  const ensure = () => ensureCluster(cluster, dockerProvider, folder, context);
  const observe = () => dockerProvider.observe(cluster.cluster, context);
  const connect = (node = 'node-1', who: Context = context) =>
    dockerProvider.connect(cluster.cluster, { name: node, role: 'node', state: 'ready', ref: '' }, who);
  const destroy = () => destroyCluster(id, dockerProvider, {}, context);
  return { context, cluster, id, folder, host, ensure, observe, connect, destroy };
}

/** What the engine says of a node's container. */
export async function inspectNode(id: string, node = 'node-1'): Promise<Inspected> {
  return ask(await engine(), 'GET', `/containers/repo2vc-${id}.${node}/json`);
}

interface Inspected {
  readonly Id: string;
  readonly State: { readonly OOMKilled: boolean; readonly Status: string };
  readonly HostConfig: Readonly<Record<string, unknown>>;
}
