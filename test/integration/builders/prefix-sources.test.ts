import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';
import { everyTestNeeds, needs } from '../../support/needs.ts';
import { type Building, build, buildContext, left } from '../../support/prefix.ts';
import { makeSourceDistribution } from '../../support/python-packages.ts';

everyTestNeeds('pip');

test('a source distribution is named, and built after consent, where it sees nothing of the person', async () => {
  const links = temporaryFolder();
  const secret = join(temporaryFolder(), 'secret');
  writeFileSync(secret, 'mine');
  makeSourceDistribution(links, 'sourceonly', '1.0', secret);
  const context = await buildContext({ UV_FIND_LINKS: links });
  await expect(build(['sourceonly'], context)).rejects.toMatchObject(asksFor('sourceonly'));
  expect(left(context)).toEqual([]);
  const { prefix } = await build(['sourceonly'], context, true);
  expect(saidBy(prefix)).toBe(needs.bubblewrap ? 'saw nothing' : 'saw the probe');
  expect(warnings(context)).toEqual(needs.bubblewrap ? [] : ['build-not-isolated']);
});

/** How a build that must be asked about ends. */
const asksFor = (name: string) => ({
  cause: { needs: [{ kind: 'consent', to: 'source-builds', packages: [name] }] },
});

/** What the build of `sourceonly` met. */
function saidBy(prefix: string): string {
  const script =
    "import sourceonly; print('saw the probe' if sourceonly.saw_the_probe else 'saw nothing', end='')";
  return spawnSync(join(prefix, 'bin', 'python'), ['-c', script], { encoding: 'utf8' }).stdout;
}

function warnings(context: Building): string[] {
  return context.events.flatMap((event) => (event.code === 'warning' ? [event.args.warning] : []));
}

/** A computer whose bubblewrap refuses one of its options, as in many containers. */
async function computerWithout(
  option: string,
  variables: Readonly<Record<string, string>>,
): Promise<Building> {
  const programs = temporaryFolder();
  const refusal = `for word; do [ "$word" != ${option} ] || exit 1; done; exec /usr/bin/bwrap "$@"`;
  writeFileSync(join(programs, 'bwrap'), `#!/bin/sh\n${refusal}\n`, { mode: 0o755 });
  const context = await buildContext(variables);
  return {
    ...context,
    environment: { ...context.environment, PATH: `${programs}:${context.environment.PATH}` },
  };
}

test('a source distribution is built where nothing can isolate it, and that is told', async () => {
  const links = temporaryFolder();
  makeSourceDistribution(links, 'sourceonly', '1.0', links);
  const context = await computerWithout('--proc', { UV_FIND_LINKS: links });
  await build(['sourceonly'], context, true);
  expect(warnings(context)).toEqual(['build-not-isolated']);
});

test.skipIf(!needs.root || !needs.bubblewrap)(
  "root's builds are isolated without user namespaces, by somebody else, and root's in the end",
  async () => {
    const links = temporaryFolder();
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, 'mine');
    makeSourceDistribution(links, 'sourceonly', '1.0', secret);
    const context = await computerWithout('--unshare-user', { UV_FIND_LINKS: links });
    const { prefix } = await build(['sourceonly'], context, true);
    expect(saidBy(prefix)).toBe('saw nothing');
    const script = 'import sourceonly; print(sourceonly.built_by != 0)';
    const ran = spawnSync(join(prefix, 'bin', 'python'), ['-c', script], { encoding: 'utf8' });
    expect(ran.stdout.trim()).toBe('True');
    const theirs = spawnSync('find', [prefix, '!', '-user', 'root'], { encoding: 'utf8' });
    expect(theirs.stdout).toBe('');
  },
);

test('no code that builds is given the login of a proxy', async () => {
  const context = await buildContext({ https_proxy: 'http://me:hunter2@127.0.0.1:9' });
  const failure = await failureOf(() => build(['six'], context, true));
  expect(failure).toMatchObject({
    code: 'credentials-in-settings',
    args: { setting: 'the variable https_proxy' },
  });
  expect(JSON.stringify(failure)).not.toContain('hunter2');
  expect(left(context)).toEqual([]);
});

test('a commit of a git repository is built after consent, and locked by its id', async () => {
  const folder = temporaryFolder();
  makeSourceDistribution(folder, 'fromgit', '1.0', '/nothing');
  const git = (...args: readonly string[]) =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@here', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  spawnSync('tar', ['-xzf', 'fromgit-1.0.tar.gz'], { cwd: folder });
  git('init', '--quiet', 'fromgit-1.0');
  git('-C', 'fromgit-1.0', 'add', '.');
  git('-C', 'fromgit-1.0', 'commit', '--quiet', '-m', 'One');
  const commit = git('-C', 'fromgit-1.0', 'rev-parse', 'HEAD').stdout.trim();
  git('clone', '--quiet', '--bare', 'fromgit-1.0', 'fromgit.git');
  git('-C', 'fromgit.git', 'update-server-info');
  const server = spawn('python3', ['-u', '-m', 'http.server', '--bind', '127.0.0.1', '0'], { cwd: folder });
  onTestFinished(() => void server.kill());
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const port = /port (\d+)/.exec(line.toString())?.[1];
  const url = `git+http://127.0.0.1:${port}/fromgit.git`;
  const context = await buildContext();
  const environment = await build([`fromgit @ ${url}`, 'six==1.16.0'], context, true);
  expect(environment.lock.packages).toMatchObject([
    { name: 'fromgit', version: '1.0', hashes: [], url: `${url}@${commit}` },
    { name: 'six', version: '1.16.0' },
  ]);
});

test('what can only be built from source is known before anything is asked', async () => {
  const context = await buildContext({ UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple' });
  await expect(build(['it @ git+https://127.0.0.1:9/it.git'], context)).rejects.toMatchObject(asksFor('it'));
});
