import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { dockerFor } from '../../repo2vc/src/io/docker/client.ts';
import { runExec } from '../../repo2vc/src/io/docker/exec.ts';
import { eventually } from '../support/clusters.ts';
import { dockerGoal } from '../support/docker-cluster.ts';
import { engineProxy } from '../support/engine-proxy.ts';
import { failureOf } from '../support/failures.ts';
import { everyTestNeeds } from '../support/needs.ts';

everyTestNeeds('docker');

it.each([
  ['there is no way to end it', undefined],
  ['it could not be ended', () => Promise.reject(new Error('no'))],
  ['what was to end it did not find it', () => Promise.resolve()],
])('a program whose time is over is not waited for any longer, also when %s', async (_, kill) => {
  const { id, context, ensure } = await dockerGoal();
  await ensure();
  const docker = await dockerFor(context);
  const call = { container: `repo2vc-${id}.node-1`, argv: ['sleep', '1000'] };
  const where = { user: '1000:1000', cwd: '/', signal: context.signal };
  const late = await runExec(docker, { ...call, ...where }, { timeoutMs: 500, ...(kill && { kill }) });
  expect([late.timedOut, late.code]).toEqual([true, 137]);
});

it('a program ends when nobody reads on what it prints', async () => {
  const { ensure, connect } = await dockerGoal();
  await ensure();
  const connection = await connect();
  await connection.exec(['truncate', '--size=1T', 'big']);
  const files = await connection.get('.', ['big']);
  await once(files, 'readable');
  const tars = async () => {
    const argv = ['sh', '-c', 'cat /proc/[0-9]*/comm 2>/dev/null | grep -c "^tar$"'];
    return Number((await connection.exec(argv)).stdout);
  };
  expect(await tars()).toBe(1);
  files.destroy();
  await eventually(async () => ((await tars()) === 0 ? true : undefined));
});

it('what went wrong with the engine is told as such, not as the end of the node', async () => {
  const proxy = await engineProxy();
  const environment = { ...process.env, DOCKER_HOST: proxy.host };
  const { ensure, connect } = await dockerGoal({}, { environment });
  await ensure();
  const connection = await connect();
  proxy.dieAt(/^POST .*\/exec/);
  const failure = await failureOf(() => connection.serve('broker', createServer()));
  expect(failure.code).toMatch(/^(engine-gone|no-engine)$/);
});
