import { expect, it } from 'vitest';
import { nodeBody, withheldProxies } from '../../../repo2vc/src/clusters/providers/docker/container.ts';
import { dockerFor } from '../../../repo2vc/src/io/docker/client.ts';
import { failureOf } from '../../support/failures.ts';
import { fakeEngine } from '../../support/fake-engine.ts';

const tag = {
  ...{ cluster: 'c', owner: 'tester@here', version: '1.2.3' },
  ...{ created: '2026-01-01T00:00:00Z', expires: '2026-01-02T00:00:00Z' },
  ...{ node: 'node-1', role: 'node', spec: 's', image: 'sha256:0', user: '1000:1000', home: '/home/jovyan' },
};

async function bodyOn(engine: Awaited<ReturnType<typeof fakeEngine>>, cpus: number) {
  const limits = { cpus, ports: [], host: '127.77.0.1' };
  const body = await nodeBody(tag, limits, await dockerFor(engine.context), engine.context);
  return body as { Env: string[]; HostConfig: { NanoCpus?: number } };
}

it('an engine is asked once for its processors, however many nodes are made, unless it did not answer', async () => {
  let isWell = false;
  const engine = await fakeEngine((_, response) => {
    response.statusCode = isWell ? 200 : 500;
    response.end(JSON.stringify({ NCPU: 2, CpuCfsQuota: true }));
  });
  expect((await failureOf(() => bodyOn(engine, 1))).code).toBe('engine-refused');
  isWell = true;
  const bodies = await Promise.all([1, 4].map((cpus) => bodyOn(engine, cpus)));
  expect(bodies.map(({ HostConfig }) => HostConfig.NanoCpus)).toEqual([1e9, 2e9]);
  expect(engine.requests).toEqual(['GET /v1.41/info', 'GET /v1.41/info']);
});

it('nodes are told of the proxies that can serve them; of the others a person is told', async () => {
  const environment = {
    http_proxy: 'http://proxy.example.org:3128',
    HTTP_PROXY: 'LOCALHOST:3128',
    https_proxy: 'http://localhost.example.org:3128',
    HTTPS_PROXY: 'http://user:secret@proxy.example.org',
    all_proxy: 'socks5://[::1]:1080',
    ALL_PROXY: 'http://127.1:3128',
    no_proxy: 'localhost,127.0.0.1',
  };
  const engine = await fakeEngine((_, response) => response.end('{}'), { environment });
  const { Env } = await bodyOn(engine, 1);
  expect(Env.filter((one) => /proxy=/i.test(one))).toEqual(
    (['http_proxy', 'https_proxy', 'no_proxy'] as const).map((name) => `${name}=${environment[name]}`),
  );
  const told = withheldProxies(environment) ?? '';
  expect(told.match(/\w+_proxy/gi)).toEqual(['HTTP_PROXY', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']);
  expect(told).not.toContain('secret');
  expect(withheldProxies({ no_proxy: 'localhost' })).toBeUndefined();
});
