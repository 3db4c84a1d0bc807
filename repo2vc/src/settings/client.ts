import type { Context } from '../context.ts';
import { createHttp, type Http } from '../io/http.ts';
import type { Settings } from '../model/index.ts';
import { credentialFor } from './credentials.ts';

/** Makes the client for requests as the person configured it: tokens to their own archives, archives on own networks. */
export function httpFor(context: Context, settings: Settings, version: string): Http {
  const configured = new Set(settings.archives?.map((archive) => archive.origin));
  return createHttp({
    ...context,
    userAgent: `repo2vc/${version}`,
    credentialFor: (origin) => credentialFor(context.places, origin),
    allowPrivate: (origin) => configured.has(origin),
  });
}
