import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { contextIn, placesIn } from '../support/built-engine.mjs';
import { imageGoal, nodeImage, timed, withEngine } from './engine.mjs';
import { interleaved, round } from './measure.mjs';

export const name = 'a thousand nodes';
export const aim = 'looking at a cluster takes as many requests for 1,000 nodes as for one';

const many = 1000;

export async function run() {
  return withEngine(async ({ docker, folder, environment }) => {
    const { dockerProvider } = await import('../../repo2vc/dist/clusters/providers/docker/index.js');
    const { ensureCluster } = await import('../../repo2vc/dist/clusters/engine.js');
    const { destroyCluster } = await import('../../repo2vc/dist/clusters/destroy.js');
    const real = contextIn(placesIn(folder), { environment });
    const goal = imageGoal('docker', 1, await nodeImage(docker));
    await ensureCluster(goal, dockerProvider, join(folder, 'run'), real);
    const mirror = await hollowEngine(join(folder, 'mirror.sock'), environment.DOCKER_HOST);
    try {
      const context = contextIn(placesIn(folder), {
        environment: { ...environment, DOCKER_HOST: mirror.host },
      });
      const wanted = { ...goal.goal, groups: goal.goal.groups.map((group) => ({ ...group, count: many })) };
      const look = (count) => mirror.with(count, () => dockerProvider.observe(goal.cluster, context));
      const plan = (seen) => dockerProvider.plan(wanted, seen);
      await look(1); // asks for the engine's version besides
      const [one, all] = [await look(1), await look(many)];
      const absent = { ...all.answer, phase: 'absent', nodes: [], others: [] };
      const times = await interleaved(5, {
        look: () => timed(() => look(many)),
        plan: () => timed(() => plan(all.answer)),
        planAll: () => timed(() => plan(absent)),
      });
      const nodes = all.answer.nodes.filter((node) => node.state === 'ready').length;
      return [
        {
          what: 'requests for a look',
          ...{ value: all.requests, unit: 'requests', floor: one.requests },
          ...{ ratio: all.requests / one.requests, ok: all.requests === one.requests && nodes === many },
        },
        { what: 'look', value: round(times.look), unit: 'ms' },
        {
          what: 'plan, all are there',
          ...{ value: round(times.plan), unit: 'ms', ok: plan(all.answer).length === 0 },
        },
        {
          what: 'plan, none is there',
          ...{ value: round(times.planAll), unit: 'ms', ok: plan(absent).length >= many },
        },
      ];
    } finally {
      await mirror.end();
      await destroyCluster(goal.cluster.id, dockerProvider, { discard: true }, real);
    }
  });
}

/**
 * An engine that answers as the real one does, but shows the one node that is there as many. Counts what it is asked.
 * `with` gives the answer and how many requests it took.
 */
async function hollowEngine(socket, host) {
  let requests = 0;
  let count = 1;
  const server = createServer(async (asked, answer) => {
    requests++;
    const { status, text } = await forward(host.slice('unix://'.length), asked);
    const isList = /\/(containers\/json|volumes)(\?|$)/.test(asked.url) && status === 200;
    answer.writeHead(status, { 'content-type': 'application/json' });
    answer.end(isList ? JSON.stringify(multiplied(JSON.parse(text), count)) : text);
  });
  await new Promise((resolve) => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    with: async (nodes, work) => {
      count = nodes;
      requests = 0;
      const answer = await work();
      return { answer, requests };
    },
    end: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A listing in which whatever names node-1 is there for every node. */
function multiplied(listing, count) {
  if (!Array.isArray(listing)) return { ...listing, Volumes: multiplied(listing.Volumes ?? [], count) };
  return listing.flatMap((thing) => {
    const text = JSON.stringify(thing);
    if (!/\bnode-1\b/.test(text)) return [thing];
    return Array.from({ length: count }, (_, index) => {
      const copy = JSON.parse(text.replace(/\bnode-1\b/g, `node-${index + 1}`));
      return copy.Id ? { ...copy, Id: (index + 1).toString(16).padStart(64, '0') } : copy;
    });
  });
}

function forward(socketPath, asked) {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, method: asked.method, path: asked.url, headers: asked.headers },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => {
          text += piece;
        });
        answer.once('end', () => resolve({ status: answer.statusCode, text }));
      },
    );
    sent.once('error', reject);
    asked.pipe(sent);
  });
}
