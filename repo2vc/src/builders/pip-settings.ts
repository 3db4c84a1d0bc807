import { existsSync } from 'node:fs';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { run } from '../io/processes.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The settings that list places where packages are, as `pip config` calls them. */
export const placesOfPip = ['index-url', 'extra-index-url', 'find-links'];
/** The same of uv. */
export const placesOfUv = [
  'UV_DEFAULT_INDEX',
  'UV_INDEX_URL',
  'UV_INDEX',
  'UV_EXTRA_INDEX_URL',
  'UV_FIND_LINKS',
];

/** Where Linux distributions keep the certificate authorities of a computer. */
export const systemCertificates = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** This computer's package settings, as pip has them: of its files and variables. Asks pip, where there is one. */
export async function pipSettings(context: Context): Promise<Record<string, string>> {
  const env = { ...context.environment, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  const argv = ['python3', '-m', 'pip', 'config', 'list'];
  const asked = await run(argv, { env, cwd: '/', signal: context.signal, timeoutMs: 60_000 }).catch(
    (error: unknown) => {
      if (context.signal.aborted) throw error;
      return undefined;
    },
  );
  return asked?.code === 0
    ? parsePipConfig(asked.stdout.toString('utf8'))
    : fromVariables(context.environment);
}

/** Reads what `pip config list` prints; the variables beat [install], which beats [global], as in pip. Pure. */
export function parsePipConfig(text: string): Record<string, string> {
  const sections = ['global', 'install', ':env:'];
  const found = text.split('\n').flatMap((line) => {
    const [, section = '', key = '', value = ''] = /^([^.=]+)\.([^=]+)=(['"].*['"])$/.exec(line) ?? [];
    return sections.includes(section) ? [{ section, key, value: unquoted(value) }] : [];
  });
  const ordered = found.sort((a, b) => sections.indexOf(a.section) - sections.indexOf(b.section));
  return Object.fromEntries(ordered.map(({ key, value }) => [key, value]));
}

/** Undoes Python's repr() of a text. */
function unquoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
}

function fromVariables(environment: Variables): Record<string, string> {
  const found = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith('PIP_') && value ? [[name.slice(4).toLowerCase().replaceAll('_', '-'), value]] : [],
  );
  return Object.fromEntries(found) as Record<string, string>;
}

/**
 * What pip's settings mean, as variables of uv; the person's own UV_* variables win. Throws `credentials-in-settings`
 * for an address with a login in it, which would end up in locks. Pure but for a look at the system's certificates.
 */
export function translate(pip: Readonly<Record<string, string>>, own: Variables): Record<string, string> {
  refuseCredentials(pip, own);
  const made: Record<string, string> = {};
  const set = (value: string | undefined, name: string, ...others: readonly string[]) => {
    if (value && ![name, ...others].some((each) => own[each])) made[name] = value;
  };
  const words = (key: string) => pip[key]?.split(/\s+/).filter((word) => word !== '');
  set(pip['index-url'], 'UV_DEFAULT_INDEX', 'UV_INDEX_URL');
  set(words('extra-index-url')?.join(' '), 'UV_INDEX', 'UV_EXTRA_INDEX_URL');
  // pip takes the best version of all indexes; uv by itself stops at the first index that knows the package
  set('unsafe-best-match', 'UV_INDEX_STRATEGY');
  set(words('find-links')?.join(','), 'UV_FIND_LINKS');
  set(words('trusted-host')?.join(' '), 'UV_INSECURE_HOST');
  set(pip.timeout ?? pip['default-timeout'], 'UV_HTTP_TIMEOUT', 'UV_REQUEST_TIMEOUT');
  set(pip.cert, 'SSL_CERT_FILE');
  set(pip['client-cert'], 'SSL_CLIENT_CERT');
  set(pip.proxy, 'ALL_PROXY', 'HTTPS_PROXY', 'https_proxy', 'all_proxy');
  if (systemCertificates.some((path) => existsSync(path))) set('true', 'UV_SYSTEM_CERTS', 'UV_NATIVE_TLS');
  return made;
}

/** What of pip's settings no variable can tell uv: the words for its command line. Pure. */
export function flagsOf(pip: Readonly<Record<string, string>>): readonly string[] {
  return /^(?:1|true|yes|on)$/i.test(pip['no-index'] ?? '') ? ['--no-index'] : [];
}

function refuseCredentials(pip: Readonly<Record<string, string>>, own: Variables): void {
  const settings = [
    ...[...placesOfPip, 'proxy'].map((key) => ({ name: `pip's setting ${key}`, value: pip[key] })),
    ...placesOfUv.map((name) => ({ name: `the variable ${name}`, value: own[name] })),
  ];
  const bad = settings.find(({ value }) => value && /:\/\/[^/\s,]*@/.test(value));
  if (!bad) return;
  const hint = 'Take the login out of the address and write it to ~/.netrc, which pip and uv both read.';
  throw credentialsIn(bad.name, hint);
}

/**
 * Throws `credentials-in-settings` for a proxy with a login: code that builds packages needs the proxies to fetch its
 * tools, and whatever is in them it could send on. Pure.
 */
export function refuseProxyLogins(
  variables: Readonly<Record<string, string>>,
  hint = "Code of the packages' authors would see it while it builds. Ask for versions that have wheels, or use a proxy that asks for no login.",
): void {
  const bad = Object.entries(variables).find(([name, value]) => /_PROXY$/i.test(name) && value.includes('@'));
  if (!bad) return;
  throw credentialsIn(`the variable ${bad[0]}`, hint);
}

function credentialsIn(setting: string, hint: string): Failure {
  const message = `On this computer, ${setting} holds an address with a login in it.`;
  return new Failure('credentials-in-settings', message, { hint, args: { setting } });
}
