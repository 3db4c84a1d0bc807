import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { git } from '../../../repo2vc/src/content-providers/git/index.ts';
import type { FetchTools } from '../../../repo2vc/src/content-providers/types.ts';
import { checkOut } from '../../../repo2vc/src/io/git.ts';
import type { GitReference, Settings } from '../../../repo2vc/src/model/index.ts';
import { temporaryFolder, testContext } from '../../support/context.ts';
import { testHttp } from '../../support/http.ts';

/** A repository with two commits, a branch, a tag; made with git itself. */
function repository(): { folder: string; url: string; run: (...argv: string[]) => string } {
  const folder = temporaryFolder();
  const run = (...argv: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...argv], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z' },
    }).trim();
  run('init', '--quiet', '--initial-branch=main');
  writeFileSync(join(folder, 'a.txt'), 'first\n');
  run('add', '.');
  run('commit', '--quiet', '-m', 'one');
  run('tag', 'v1');
  run('branch', 'old');
  writeFileSync(join(folder, 'a.txt'), 'second\n');
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  run('add', '.');
  run('commit', '--quiet', '-m', 'two');
  return { folder, url: `file://${folder}`, run };
}

function toolsFor(settings: Settings = {}): FetchTools & { events: unknown[]; runFolder: string } {
  const context = testContext();
  return { ...context, http: testHttp(context), settings, runFolder: context.folder };
}

const reference = (url: string, ref?: string): GitReference => ({
  schemaVersion: 1,
  kind: 'git',
  text: url,
  url,
  ...(ref && { ref }),
});

describe('a git repository', () => {
  it('gives the files of its default branch, its commit and its date', async () => {
    const { url, run } = repository();
    const tools = toolsFor();
    const snapshot = await git.fetch(reference(url), 'snapshot', tools);
    expect(snapshot).toMatchObject({
      folder: 'snapshot',
      revision: run('rev-parse', 'HEAD'),
      publishedAt: '2026-01-02T03:04:05+00:00',
      links: [],
    });
    expect(snapshot.files.map(({ path }) => path)).toEqual(['a.txt', 'sub/run.sh']);
    expect(readFileSync(join(tools.runFolder, 'snapshot', 'a.txt'), 'utf8')).toBe('second\n');
    expect(readdirSync(tools.runFolder)).toEqual(['snapshot']);
    expect(existsSync(join(tools.runFolder, 'snapshot', '.git'))).toBe(false);
  });

  it.each(['v1', 'old'])('gives the files of %s', async (ref) => {
    const { url } = repository();
    const tools = toolsFor();
    await git.fetch(reference(url, ref), 'snapshot', tools);
    expect(readFileSync(join(tools.runFolder, 'snapshot', 'a.txt'), 'utf8')).toBe('first\n');
  });

  it('gives the files of a commit, in full or abbreviated', async () => {
    const { url, run } = repository();
    const commit = run('rev-parse', 'v1');
    for (const ref of [commit, commit.slice(0, 8)]) {
      const snapshot = await git.fetch(reference(url, ref), 'snapshot', toolsFor());
      expect(snapshot.revision).toBe(commit);
    }
  });

  it('has the same content id for everybody, whatever their git is told', async () => {
    const { url } = repository();
    const home = temporaryFolder();
    writeFileSync(join(home, '.gitconfig'), '[core]\n\tautocrlf = true\n');
    const plain = await git.fetch(reference(url), 'snapshot', toolsFor());
    const tools = { ...toolsFor(), environment: { ...process.env, HOME: home, LANG: 'de_DE.UTF-8' } };
    const other = await git.fetch(reference(url), 'snapshot', tools);
    expect(other.contentId).toBe(plain.contentId);
  });

  it('turns a link to one of its own files into that file', async () => {
    const { folder, url, run } = repository();
    symlinkSync('../a.txt', join(folder, 'sub', 'link.txt'));
    run('add', '.');
    run('commit', '--quiet', '-m', 'link');
    const tools = toolsFor();
    await git.fetch(reference(url), 'snapshot', tools);
    expect(readFileSync(join(tools.runFolder, 'snapshot/sub/link.txt'), 'utf8')).toBe('second\n');
  });

  it.each([
    ['out of it', '/etc/hostname'],
    ['into its .git', '.git/config'],
    ['to nothing', 'missing'],
  ])('with a link %s is refused, and nothing is left', async (_what, target) => {
    const { folder, url, run } = repository();
    symlinkSync(target, join(folder, 'link'));
    run('add', '.');
    run('commit', '--quiet', '-m', 'link');
    const tools = toolsFor();
    await expect(git.fetch(reference(url), 'snapshot', tools)).rejects.toMatchObject({ code: 'unsafe-link' });
    expect(existsSync(join(tools.runFolder, 'snapshot.clone'))).toBe(false);
  });

  it('says what it leaves out', async () => {
    const { folder, url, run } = repository();
    writeFileSync(
      join(folder, '.gitmodules'),
      '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch /tmp/x"\n',
    );
    writeFileSync(join(folder, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
    run('add', '.');
    run('commit', '--quiet', '-m', 'more');
    const tools = toolsFor();
    await git.fetch(reference(url), 'snapshot', tools);
    const warnings = tools.events.map((event) => (event as { args: { warning?: string } }).args.warning);
    expect(warnings).toEqual(['submodules-left-out', 'lfs-left-out']);
  });

  it('runs none of the hooks that the person has for all repositories', async () => {
    const { url } = repository();
    const home = temporaryFolder();
    writeFileSync(join(home, '.gitconfig'), `[core]\n\thooksPath = ${home}\n`);
    writeFileSync(join(home, 'post-checkout'), `#!/bin/sh\ntouch ${home}/ran\n`);
    chmodSync(join(home, 'post-checkout'), 0o755);
    const tools = { ...toolsFor(), environment: { ...process.env, HOME: home } };
    await git.fetch(reference(url), 'snapshot', tools);
    expect(existsSync(join(home, 'ran'))).toBe(false);
  });

  it('larger than allowed is refused', async () => {
    const { url } = repository();
    const failed = (download: Settings['download']) =>
      git.fetch(reference(url), 'snapshot', toolsFor({ ...(download && { download }) }));
    await expect(failed({ maxBytes: 10 })).rejects.toMatchObject({ code: 'too-large' });
    await expect(failed({ maxFiles: 1 })).rejects.toMatchObject({ code: 'too-many-files' });
  });
});

/** Tools for which `git checkout` runs a script before it does what it is for. */
function toolsWithCheckout(script: string, settings: Settings = {}) {
  const programs = temporaryFolder();
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const lines = ['#!/bin/sh', `case " $* " in *" checkout "*) ${script} ;; esac`, `exec ${real} "$@"`, ''];
  writeFileSync(join(programs, 'git'), lines.join('\n'), { mode: 0o755 });
  const tools = toolsFor(settings);
  return { ...tools, environment: { ...process.env, PATH: `${programs}:${process.env.PATH}` } };
}

describe('a git repository whose files are many', () => {
  it.each([
    ['too-large', 'head -c 200000 /dev/zero >big; exec sleep 600', { maxBytes: 100_000 }],
    ['too-many-files', 'mkdir -p a/b; touch a/1 a/b/2 a/b/3 a/b/4; exec sleep 600', { maxFiles: 3 }],
  ])('is %s while it unfolds, and is stopped', async (code, script, download) => {
    const { url } = repository();
    const tools = toolsWithCheckout(script, { download });
    await expect(git.fetch(reference(url), 'snapshot', tools)).rejects.toMatchObject({ code });
    expect(readdirSync(tools.runFolder)).toEqual([]);
  });

  it('may take long to be written', async () => {
    const { url } = repository();
    const marks = temporaryFolder();
    const wait = `touch ${marks}/started; while [ ! -e ${marks}/go ]; do sleep 0.05; done`;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let passed = 0;
    const pass = setInterval(() => {
      const step = existsSync(join(marks, 'started')) && passed < 3 ? 600_000 : 100;
      if (step > 100) passed += 1;
      else if (passed > 0) writeFileSync(join(marks, 'go'), '');
      vi.advanceTimersByTime(step);
    }, 20);
    try {
      const snapshot = await git.fetch(reference(url), 'snapshot', toolsWithCheckout(wait));
      expect(passed).toBe(3);
      expect(snapshot.files).toHaveLength(2);
    } finally {
      clearInterval(pass);
      vi.useRealTimers();
    }
  });
});

describe('a git repository that cannot be had', () => {
  it('has no branch that is a folder in it, and says so', async () => {
    const { url } = repository();
    await expect(git.fetch(reference(url, 'main/examples/x'), 'snapshot', toolsFor())).rejects.toMatchObject({
      code: 'unknown-ref',
      hint: expect.stringContaining(`whole repository, not a folder in it: ${url}@main`),
    });
  });

  it.each(['nowhere', 'deadbeef', '0123456789012345678901234567890123456789'])('has no %s', async (ref) => {
    const { url } = repository();
    await expect(git.fetch(reference(url, ref), 'snapshot', toolsFor())).rejects.toMatchObject({
      code: 'unknown-ref',
      args: { ref },
    });
  });

  it('is not there', async () => {
    const missing = `file://${temporaryFolder()}/missing`;
    await expect(git.fetch(reference(missing), 'snapshot', toolsFor())).rejects.toMatchObject({
      code: 'git-failed',
    });
  });

  it('lies at a host that does not exist', async () => {
    const tools = { ...toolsFor(), environment: { PATH: process.env.PATH } };
    await expect(
      git.fetch(reference('https://nowhere.invalid/a/b.git'), 'snapshot', tools),
    ).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
  });

  it('cannot be had without git', async () => {
    const tools = { ...toolsFor(), environment: { PATH: temporaryFolder() } };
    await expect(
      git.fetch(reference('https://nowhere.invalid/a/b.git'), 'snapshot', tools),
    ).rejects.toMatchObject({
      code: 'git-missing',
    });
  });

  it.each([
    ['ext::sh -c touch% /tmp/pwned', undefined],
    ['--upload-pack=touch /tmp/pwned', undefined],
    ['http://example.org/x.git', undefined],
    ['git://example.org/x.git', undefined],
    ['https://-x/y', undefined],
    ['https://example.org/x.git', '--upload-pack=x'],
    ['https://example.org/x.git', 'a:refs/heads/b'],
    ['https://example.org/x.git', '+main'],
  ])('is never asked for by %s %s', async (url, ref) => {
    const context = testContext();
    const folder = join(context.folder, 'x');
    const caps = { maxBytes: 1000, maxFiles: 10 };
    await expect(checkOut({ url, ref, folder, caps }, context)).rejects.toMatchObject({
      code: expect.stringMatching(/git-failed|unknown-ref/),
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('is left when the person stops while it is fetched, and so is git', async () => {
    const stop = new AbortController();
    const ssh = join(temporaryFolder(), 'ssh');
    writeFileSync(ssh, `#!/bin/sh\necho $$ > ${ssh}.pid\nexec cat\n`, { mode: 0o755 });
    const tools = {
      ...toolsFor(),
      signal: stop.signal,
      environment: { ...process.env, GIT_SSH_COMMAND: ssh },
    };
    const failed = git.fetch(reference('ssh://host.invalid/a'), 'snapshot', tools);
    failed.catch(() => undefined);
    await vi.waitUntil(() => existsSync(`${ssh}.pid`), { timeout: 20_000 });
    stop.abort();
    await expect(failed).rejects.toMatchObject({ code: 'interrupted' });
    const pid = Number(readFileSync(`${ssh}.pid`, 'utf8'));
    await vi.waitUntil(() => !existsSync(`/proc/${pid}/fd/0`), { timeout: 20_000 });
    expect(readdirSync(tools.runFolder)).toEqual([]);
  });

  it('is left when the person has stopped before', async () => {
    const { url } = repository();
    const tools = { ...toolsFor(), signal: AbortSignal.abort() };
    await expect(git.fetch(reference(url), 'snapshot', tools)).rejects.toMatchObject({ code: 'interrupted' });
    expect(readdirSync(tools.runFolder)).toEqual([]);
  });
});
