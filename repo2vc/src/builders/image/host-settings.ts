import type { Context } from '../../context.ts';
import { isLoopback } from '../../io/addresses.ts';
import {
  flagsOf,
  pipSettings,
  placesOfPip,
  placesOfUv,
  refuseProxyLogins,
  translate,
} from '../pip-settings.ts';

/** What of this computer's settings reaches programs in a container. */
export interface HostSettings {
  /** Where packages are, for uv and pip. */
  readonly variables: Readonly<Record<string, string>>;
  /** The proxies, under the names that the engine keeps out of images. */
  readonly proxies: Readonly<Record<string, string>>;
  /** Of uv. */
  readonly flags: readonly string[];
  /** Settings that mean something on this computer alone. */
  readonly leftOut: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Settings that mean the same in a container. */
const othersOfUv = ['UV_INSECURE_HOST', 'UV_HTTP_TIMEOUT', 'UV_REQUEST_TIMEOUT', 'UV_INDEX_STRATEGY'];
const othersOfPip = ['trusted-host', 'timeout', 'default-timeout', 'no-index'];
const proxyName = /^(?:(?:https?|ftp|no)_proxy|(?:HTTPS?|FTP|NO)_PROXY)$/;

/** Reads this computer's settings for pip, uv and the network. Failure `credentials-in-settings` for a login in one. */
export async function hostSettings(context: Context): Promise<HostSettings> {
  return settingsFor(await pipSettings(context), context.environment);
}

/** The same from what pip says and the process environment. */
export function settingsFor(pip: Readonly<Record<string, string>>, environment: Variables): HostSettings {
  const uv: Variables = { ...environment, ...translate(pip, environment) };
  const leftOut = new Set<string>();
  const variables: Record<string, string> = {};
  const set = (name: string, value: string | undefined, shown = name) => {
    const words = value?.split(/[\s,]+/).filter((word) => word !== '') ?? [];
    const reachable = words.filter((word) => !isHere(word));
    if (reachable.length < words.length) leftOut.add(shown);
    if (reachable.length > 0) variables[name] = reachable.join(name === 'UV_FIND_LINKS' ? ',' : ' ');
  };
  for (const key of placesOfPip) set(pipVariable(key), pip[key], `pip's ${key}`);
  for (const name of placesOfUv) set(name, uv[name], environment[name] ? name : `pip's ${pipKeyOf(name)}`);
  for (const name of othersOfUv) if (uv[name]) variables[name] = uv[name];
  for (const key of othersOfPip) if (pip[key]) variables[pipVariable(key)] = pip[key];
  const named = proxiesOf(pip, environment);
  const proxies = Object.fromEntries(named.filter(([name, value]) => /^no/i.test(name) || !isHere(value)));
  for (const [name] of named) if (!(name in proxies)) leftOut.add(name);
  refuseProxyLogins(
    proxies,
    'Programs in the image would see it while they are built: use a proxy that asks for none.',
  );
  return { variables, proxies, flags: flagsOf(pip), leftOut: [...leftOut].sort() };
}

function proxiesOf(pip: Readonly<Record<string, string>>, environment: Variables): [string, string][] {
  const own = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    proxyName.test(name) && value ? [[name, value]] : [],
  );
  if (!pip.proxy || own.some(([name]) => /^https?_/i.test(name))) return own;
  return [...own, ['HTTP_PROXY', pip.proxy], ['HTTPS_PROXY', pip.proxy]];
}

/** Whether an address can be reached from this computer only: a path, a file, or a server that listens to itself. */
function isHere(place: string): boolean {
  const address = place.replace(/^[\w-]+=(?=\w+:|\/)/, '');
  if (/^(?:[./~]|file:)/i.test(address)) return true;
  const whole = address.includes('://') ? address : `http://${address}`;
  return URL.canParse(whole) && isLoopback(new URL(whole).hostname);
}

function pipVariable(key: string): string {
  return `PIP_${key.toUpperCase().replaceAll('-', '_')}`;
}

function pipKeyOf(name: string): string {
  const keys: Readonly<Record<string, string>> = {
    UV_DEFAULT_INDEX: 'index-url',
    UV_INDEX: 'extra-index-url',
  };
  return keys[name] ?? 'find-links';
}
