import { mkdir, rm } from 'node:fs/promises';
import type { SimpleGit, SimpleGitFactory } from 'simple-git';
import type { Context } from '../context.ts';
import { Failure, interrupted } from '../failure.ts';
import type { Caps } from './copy-tree.ts';
import { diskFailure } from './files.ts';
import { proxyNames } from './proxies.ts';
import { watchSize } from './watch-size.ts';

/** What to check out. */
export interface Checkout {
  /** https, ssh or `git@host:path`; file only when the person named a place on this computer. */
  readonly url: string;
  /** Branch, tag or commit; the remote's default branch when absent. */
  readonly ref: string | undefined;
  /** Absolute path of the folder, which is made anew. */
  readonly folder: string;
  /** Of what is fetched, and of the files that are made of it. */
  readonly caps: Caps;
}

/** How long a server may be silent. */
const patienceMs = 120_000;

/**
 * Checks out one commit of a repository that somebody else made, with as little history as the server allows. Nothing
 * of it is run: no hooks, no filters of LFS, no submodules, no other protocols; nobody is asked for a password, but the
 * person's own credential helpers and ssh keys serve. Failures: `unknown-ref`, `git-failed`, `git-missing`,
 * `connection-failed`, `too-large`, `too-many-files`.
 */
export async function checkOut(
  checkout: Checkout,
  context: Pick<Context, 'signal' | 'environment' | 'clock'>,
): Promise<{ commit: string; committedAt: string }> {
  refuseOptions(checkout);
  const { folder, url, caps } = checkout;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const size = watchSize({ folder, source: url, caps, apart: '.git' }, context);
  try {
    // Loaded late: it costs a command 50 ms, and most need no git.
    const { simpleGit } = await import('simple-git');
    const git = gitIn(simpleGit, checkout, context.environment, size.signal);
    await git.raw(['init', '--quiet', '--template=']);
    const remote = gitIn(simpleGit, checkout, context.environment, size.signal, patienceMs);
    // no limit of time: a large tree on a slow disk takes long, and nobody need answer
    await git.raw(['checkout', '--quiet', '--detach', await fetchCommit(remote, checkout)]);
    const told = await git.raw(['log', '-1', '--format=%H %cI']);
    const [commit = '', committedAt = ''] = told.trim().split(' ');
    return { commit, committedAt };
  } catch (error) {
    if (context.signal.aborted) throw interrupted();
    size.signal.throwIfAborted();
    throw gitFailure(error, checkout);
  } finally {
    size.end();
  }
}

/** What begins with a hyphen would be an option; what has a colon or a sign would be more than a name. */
function refuseOptions({ url, ref }: Checkout): void {
  if (!/^(https:\/\/|ssh:\/\/|file:\/\/\/|[\w.-]+@[\w.-]+:)[^-]/.test(url) || /\s/.test(url)) {
    throw new Failure('git-failed', `${url} is not an address that git may fetch from.`, {
      hint: 'Use https://…, ssh://… or git@host:path.',
    });
  }
  if (ref !== undefined && (!/^[A-Za-z0-9_][\w./+@#-]*$/.test(ref) || /\.\.|@\{/.test(ref))) {
    throw new Failure('unknown-ref', `${JSON.stringify(ref)} is not the name of a branch, tag or commit.`, {
      hint: `See what there is with: git ls-remote ${url}`,
      args: { url, ref },
    });
  }
}

/** The variables that git is given; everything else of the environment could change what it does. */
const kept = [
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'SSH_AUTH_SOCK',
  'GIT_SSL_CAINFO',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  ...proxyNames,
];

function gitIn(
  simpleGit: SimpleGitFactory,
  { folder, url }: Checkout,
  environment: Context['environment'],
  signal: AbortSignal,
  silenceMs?: number,
): SimpleGit {
  return simpleGit({
    baseDir: folder,
    maxConcurrentProcesses: 1,
    abort: signal,
    ...(silenceMs !== undefined && { timeout: { block: silenceMs } }),
    config: [
      'core.hooksPath=/dev/null',
      'core.autocrlf=false', // the same bytes for everybody
      'fetch.recurseSubmodules=false',
      'http.followRedirects=false', // a credential helper must not answer for a host that we were sent on to
      'gc.auto=0',
    ],
    unsafe: { allowUnsafeHooksPath: true, allowUnsafeSshCommand: true, allowUnsafeTemplateDir: true },
  }).env({
    ...Object.fromEntries(kept.map((name) => [name, environment[name]])),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_ALLOW_PROTOCOL: url.startsWith('file:') ? 'file' : 'https:ssh',
    GIT_SSH_COMMAND: environment.GIT_SSH_COMMAND ?? 'ssh -oBatchMode=yes',
  });
}

/** Fetches the one commit, or, for an abbreviated commit, all of them; gives its name in the repository. */
async function fetchCommit(git: SimpleGit, { url, ref }: Checkout): Promise<string> {
  const fetch = (options: readonly string[], ...refs: readonly string[]) =>
    git.raw(['fetch', '--progress', '--no-tags', '--no-recurse-submodules', ...options, '--', url, ...refs]);
  try {
    await fetch(['--depth=1'], ref ?? 'HEAD');
    return 'FETCH_HEAD';
  } catch (error) {
    if (!ref || !/^[0-9a-f]{4,40}$/.test(ref) || !saysNoSuchRef(error)) throw error;
    await fetch([], '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*');
    return (await git.raw(['rev-parse', '--verify', `${ref}^{commit}`])).trim();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function saysNoSuchRef(error: unknown): boolean {
  return /couldn't find remote ref|not our ref|unadvertised object|no such ref|needed a single revision/i.test(
    messageOf(error),
  );
}

function gitFailure(error: unknown, { url, ref, folder }: Checkout): unknown {
  const said = messageOf(error);
  if (/ENOENT/.test(said)) {
    return new Failure('git-missing', 'The program git is not installed.', {
      hint: 'Install it: apt install git',
    });
  }
  if (saysNoSuchRef(error)) {
    return new Failure('unknown-ref', `${url} has no branch, tag or commit ${ref ?? 'to begin with'}.`, {
      hint: 'Check its name; a commit must have been pushed.',
      args: { url, ref: ref ?? '' },
    });
  }
  if (/no space left on device|disk quota exceeded/i.test(said)) {
    return diskFailure(folder, Object.assign(new Error(said), { code: 'ENOSPC' }));
  }
  const line = said.split('\n').findLast((text) => /^(fatal|error|remote|ssh):/i.test(text)) ?? said.trim();
  const args = { url, why: line.slice(0, 300) };
  if (
    /could not resolve host|connection (refused|reset|timed out)|early eof|rpc failed|timed out|block timeout/i.test(
      said,
    )
  ) {
    return new Failure('connection-failed', `${url} could not be fetched: ${args.why}`, {
      hint: 'Check the network, then run the same command again.',
      retryable: true,
      args,
    });
  }
  return new Failure('git-failed', `${url} could not be fetched: ${args.why}`, {
    hint: 'Check the address. For a private repository, see that git clone works by itself, without asking for a password.',
    args,
  });
}
