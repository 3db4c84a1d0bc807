import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { flagsOf, pipSettings, translate } from '../pip-settings.ts';

/** Variables that uv may see. Anything else, UV_RESOLUTION for instance, could change what is built. */
const passed =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_ALL|TMPDIR|XDG_.*|NETRC|SSL_.*|(?:HTTPS?|ALL|NO)_PROXY|GIT_SSL_CAINFO|GIT_SSL_CAPATH|UV_(?:DEFAULT_INDEX|INDEX.*|EXTRA_INDEX_URL|FIND_LINKS|INSECURE_HOST|HTTP_TIMEOUT|HTTP_RETRIES|REQUEST_TIMEOUT|SYSTEM_CERTS|NATIVE_TLS|KEYRING_PROVIDER|OFFLINE|CACHE_DIR|PYTHON_INSTALL_DIR|CONCURRENT_.*))$/i;

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
    flags: flagsOf(pip),
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
