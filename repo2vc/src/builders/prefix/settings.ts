import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { run } from '../../io/processes.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Variables that uv may see. Anything else, UV_RESOLUTION for instance, could change what is built. */
const passed =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_ALL|TMPDIR|XDG_.*|NETRC|SSL_.*|(?:HTTPS?|ALL|NO)_PROXY|GIT_SSL_CAINFO|GIT_SSL_CAPATH|UV_(?:DEFAULT_INDEX|INDEX.*|EXTRA_INDEX_URL|FIND_LINKS|INSECURE_HOST|HTTP_TIMEOUT|HTTP_RETRIES|REQUEST_TIMEOUT|SYSTEM_CERTS|NATIVE_TLS|KEYRING_PROVIDER|OFFLINE|CACHE_DIR|PYTHON_INSTALL_DIR|CONCURRENT_.*))$/i;

const systemCertificates = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * For requirements that name git addresses: nothing but http(s) leaves this computer, also for the submodules that a
 * repository names; git's own copies (`user`) are files. No prompt.
 */
const gitVariables: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_COUNT: '4',
  ...{ GIT_CONFIG_KEY_0: 'protocol.allow', GIT_CONFIG_VALUE_0: 'never' },
  ...{ GIT_CONFIG_KEY_1: 'protocol.https.allow', GIT_CONFIG_VALUE_1: 'always' },
  ...{ GIT_CONFIG_KEY_2: 'protocol.http.allow', GIT_CONFIG_VALUE_2: 'always' },
  ...{ GIT_CONFIG_KEY_3: 'protocol.file.allow', GIT_CONFIG_VALUE_3: 'user' },
};

/** What uv is called with wherever it asks an index; `flags` for what no variable can say. */
export interface UvSettings {
  readonly variables: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

/**
 * uv does not read pip's settings, and a person's uv.toml would change what is built. So it gets an environment of its
 * own: the computer's package settings, as pip or UV_* variables give them, and nothing that bears on the choice of
 * versions. Asks the computer's pip, where there is one.
 */
export async function uvSettings(context: Context): Promise<UvSettings> {
  const pip = await pipSettings(context);
  return {
    variables: { ...baseVariables(context), ...translate(pip, context.environment) },
    flags: /^(?:1|true|yes|on)$/i.test(pip['no-index'] ?? '') ? ['--no-index'] : [],
  };
}

/** The variables for what needs no index. */
export function baseVariables(context: Context): Record<string, string> {
  const kept = Object.entries(context.environment).filter(([name, value]) => value && passed.test(name));
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    UV_CACHE_DIR: context.environment.UV_CACHE_DIR ?? join(context.places.cache, 'uv'),
    UV_NO_CONFIG: '1',
    UV_NO_PROGRESS: '1',
    UV_PYTHON_DOWNLOADS: 'never',
    NO_COLOR: '1',
    ...gitVariables,
  };
}

async function pipSettings(context: Context): Promise<Record<string, string>> {
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

function refuseCredentials(pip: Readonly<Record<string, string>>, own: Variables): void {
  const settings = [
    ...['index-url', 'extra-index-url', 'find-links', 'proxy'].map((key) => ({
      name: `pip's setting ${key}`,
      value: pip[key],
    })),
    ...['UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'UV_INDEX', 'UV_EXTRA_INDEX_URL', 'UV_FIND_LINKS'].map(
      (name) => ({
        name: `the variable ${name}`,
        value: own[name],
      }),
    ),
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
export function refuseProxyLogins(variables: Readonly<Record<string, string>>): void {
  const bad = Object.entries(variables).find(([name, value]) => /_PROXY$/i.test(name) && value.includes('@'));
  if (!bad) return;
  const hint =
    "Code of the packages' authors would see it while it builds. Ask for versions that have wheels, or use a proxy that asks for no login.";
  throw credentialsIn(`the variable ${bad[0]}`, hint);
}

function credentialsIn(setting: string, hint: string): Failure {
  const message = `On this computer, ${setting} holds an address with a login in it.`;
  return new Failure('credentials-in-settings', message, { hint, args: { setting } });
}
