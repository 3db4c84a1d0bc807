import type { GitReference } from '../../model/index.ts';
import type { ClaimContext } from '../types.ts';

/** Hosts that hold repositories at /owner/name; others are recognised by `.git`, or by their own name. */
const forge =
  /^(github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|(.+\.)?(git|gitlab|gitea|forgejo|gogs)\..+)$/;

/**
 * The address of a git repository: `git@host:path`, ssh://…, file://…, https://… that ends in .git, or the page of a
 * repository at a forge, with /tree/REF behind it or not. `@REF` at the end of any of them names what to check out.
 */
export function claims(text: string, context: ClaimContext): GitReference | undefined {
  const { address, ref } = withoutRef(text);
  const found = scpLike(address) ?? addressOf(address, context);
  if (!found) return undefined;
  const chosen = ref ?? found.ref;
  return {
    schemaVersion: 1,
    kind: 'git',
    text,
    url: found.url,
    ...(chosen !== undefined && { ref: chosen }),
  };
}

/** Parts `ADDRESS@ref`: an @ in the path, not the one before a host. */
function withoutRef(text: string): { address: string; ref?: string } {
  const match = /^([a-z]+:\/\/[^/]*\/[^@]+|[^@/:]+@[^@/:]+:[^@]+)@([A-Za-z0-9_][\w./+#-]*)$/i.exec(text);
  return match?.[1] && match[2] ? { address: match[1], ref: match[2] } : { address: text };
}

function scpLike(text: string): { url: string; ref?: string } | undefined {
  return /^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:(?!\/\/)[\w~/][\w./~+-]*$/.test(text)
    ? { url: text }
    : undefined;
}

function addressOf(text: string, context: ClaimContext): { url: string; ref?: string } | undefined {
  if (!/^(https|ssh|file):\/\//i.test(text) || /\s/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // A password in an address would be written into files; git's credential helpers are the place for it.
  if (url.password !== '' || url.hostname.startsWith('-')) return undefined;
  if (url.protocol === 'file:') return url.hostname === '' ? { url: text } : undefined;
  if (url.protocol === 'ssh:') return url.pathname.length > 1 ? { url: text } : undefined;
  if (context.archives.some((archive) => archive.origin === url.origin) || url.username !== '')
    return undefined;
  return pageOf(url);
}

/**
 * Reads the page of a repository: /owner/name (GitLab: /group/…/name), with /tree/REF or /-/tree/REF behind it. All
 * that follows is the ref, for branches have slashes in their names too.
 */
function pageOf(url: URL): { url: string; ref?: string } | undefined {
  const path = url.pathname.replace(/\/$/, '');
  const [, before = path, after] = /^(.*?)\/(?:-\/)?(?:tree|src\/branch)\/(.*)$/.exec(path) ?? [];
  const parts = before.split('/').slice(1);
  const isForge = forge.test(url.hostname) && (parts.length === 2 || /gitlab/.test(url.hostname));
  if (parts.includes('') || parts.includes('-') || before.includes('@')) return undefined;
  if (!/[^/]\.git$/.test(before) && !(isForge && parts.length >= 2)) return undefined;
  return { url: url.origin + before, ...(after && { ref: after }) };
}
