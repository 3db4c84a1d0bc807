import type { Context } from '../../../context.ts';
import { type Docker, statusOf } from '../../../io/docker/client.ts';
import { containerCalled, createContainer, startContainer } from '../../../io/docker/containers.ts';
import { readerBody } from './container.ts';
import { foreignObject, notCreated } from './failures.ts';
import { type NodeTag, namesOf, nodeTagOf } from './tag.ts';

/** It ends a few minutes after its last program; and after this in any case. */
const mostMs = 24 * 3600_000;
const mostAttempts = 20;

/**
 * Makes a container in which the home of a node that does not run can be read, whatever became of its own: that stays as
 * it is. Gives its name. It ends, and is removed by the engine, by itself.
 */
export async function openReader(tag: NodeTag, docker: Docker, context: Context): Promise<string> {
  const { signal, clock } = context;
  const name = namesOf(tag.cluster, tag.node).reader;
  for (let attempt = 1; ; attempt++) {
    const found = await containerCalled(docker, name, signal);
    if (found && !nodeTagOf(found, 'reader')) throw foreignObject('container', name);
    if (found?.state === 'running') return name;
    try {
      if (!found) await createReader(name, tag, docker, context);
      await startContainer(docker, name, signal);
      return name;
    } catch (error) {
      // It is just being made by somebody else, or removed, for it has ended.
      const passes = statusOf(error) === 409 || (found && statusOf(error) === 404);
      if (!passes || attempt === mostAttempts) throw error;
      await clock.sleep(100, signal);
    }
  }
}

async function createReader(name: string, tag: NodeTag, docker: Docker, context: Context): Promise<void> {
  const until = new Date(context.clock.now().getTime() + mostMs);
  await createContainer(docker, name, await readerBody(tag, until), context.signal).catch(
    (error: unknown) => {
      throw notCreated(error, tag);
    },
  );
}
