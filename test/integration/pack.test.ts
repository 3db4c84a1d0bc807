import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { Deposit, Session } from '../../repo2vc/src/model/index.ts';
import { temporaryFolder, testCache } from '../support/context.ts';
import { needs } from '../support/needs.ts';

const root = join(import.meta.dirname, '..', '..');
const execute = promisify(execFile);
const npm = (cwd: string, ...args: string[]) => execute('npm', args, { cwd, maxBuffer: 1e8 });

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs the engine as a release would be; says what is in it. */
async function pack(folder: string): Promise<Packed> {
  const argv = ['pack', '--workspace', 'repo2vc', '--silent'];
  await npm(root, ...argv, '--pack-destination', folder);
  const { stdout } = await npm(root, ...argv, '--dry-run', '--json', '--ignore-scripts');
  const [packed] = JSON.parse(stdout) as Packed[];
  if (!packed) throw new Error('npm packed nothing');
  return packed;
}

/** Installs a packed engine in an empty folder; gives its command, which keeps all its files below that folder. */
async function install(tarball: string, folder: string) {
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  await npm(home, 'install', '--no-audit', '--no-fund', tarball);
  const file = join(home, 'node_modules', '.bin', 'repo2vc');
  const env = {
    ...process.env,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: testCache(),
    // An engine of the tests has others' clusters too.
    DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}`,
  };
  const run = async (...args: string[]) =>
    (await execute(file, args, { cwd: home, env, maxBuffer: 1e8 })).stdout;
  const json = async <T>(...args: string[]) => JSON.parse(await run(...args, '--log-format', 'json')) as T;
  return { file, env, home, run, json };
}

/** Starts `repo2vc archive serve` and waits until it says where it is. */
async function serve({ file, env, home }: Awaited<ReturnType<typeof install>>): Promise<string> {
  const args = ['archive', 'serve', '--dir', join(home, 'archive'), '--log-format', 'json'];
  const server = spawn(file, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
  });
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  return (JSON.parse(line) as { origin: string }).origin;
}

it('is packed with what it needs and nothing else', async () => {
  const { files } = await pack(temporaryFolder());
  const paths = files.map((file) => file.path);
  expect(paths).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'ARCHITECTURE.md', 'package.json', 'dist/index.js']),
  );
  for (const name of readdirSync(join(root, 'repo2vc', 'node-side'), { withFileTypes: true })) {
    if (name.isFile()) expect(paths).toContain(`node-side/${name.name}`);
  }
  const wanted =
    /^(dist\/[a-z0-9/-]+(\.d\.ts|\.js)|node-side\/[a-z0-9_-]+(\.[a-z]+)?|LICENSE|README\.md|ARCHITECTURE\.md|package\.json)$/;
  expect(paths.filter((path) => !wanted.test(path))).toEqual([]);
});

it.skipIf(!needs.pip)(
  'installed in an empty folder, it publishes an experiment and reproduces its DOI',
  async () => {
    const folder = temporaryFolder();
    const { filename } = await pack(folder);
    const repo2vc = await install(join(folder, filename), folder);
    const manifest = readFileSync(join(root, 'repo2vc', 'package.json'), 'utf8');
    expect(await repo2vc.run('--version')).toBe(`${(JSON.parse(manifest) as { version: string }).version}\n`);
    expect(await repo2vc.run('--help')).toContain('repo2vc reproduce');

    const origin = await serve(repo2vc);
    const experiment = join(folder, 'one-node');
    cpSync(join(root, 'examples', 'one-node'), experiment, { recursive: true });
    const { deposit } = await repo2vc.json<{ deposit: Deposit }>(
      'publish',
      experiment,
      '--to',
      origin,
      '--yes',
    );
    const doi = deposit.records.find((record) => record.role === 'experiment')?.doi ?? '';
    const { session } = await repo2vc.json<{ session: Session }>('reproduce', doi, '--yes');
    try {
      const answer = await fetch(`http://${session.host}:${session.port}${session.basePath}api`);
      expect(await answer.json()).toHaveProperty('version');
    } finally {
      await repo2vc.run('clusters', 'destroy', session.cluster);
    }
    expect(await repo2vc.json('clusters', 'list')).toEqual({ clusters: [], unasked: [] });
  },
);
