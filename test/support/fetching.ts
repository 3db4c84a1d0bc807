import type { FetchTools } from '../../repo2vc/src/content-providers/types.ts';
import type { Event } from '../../repo2vc/src/events.ts';
import type { HttpOptions } from '../../repo2vc/src/io/http.ts';
import type { Settings } from '../../repo2vc/src/model/index.ts';
import { testContext } from './context.ts';
import { hastyClock, testHttp } from './http.ts';

/** What content is fetched with in a test: its own run folder, no waiting, servers of this computer allowed. */
export function fetchTools(
  settings: Settings = {},
  http: Partial<HttpOptions> = {},
): FetchTools & { readonly events: Event[]; readonly workingDirectory: string } {
  const context = testContext({ clock: hastyClock() });
  return {
    ...context,
    http: testHttp(context, http),
    settings,
    runFolder: context.folder,
    workingDirectory: context.folder,
  };
}
