import { Failure } from '../../failure.ts';
import type { HttpAnswer, HttpRequest } from '../../io/http.ts';
import { listAt, textAt } from '../../model/loose.ts';
import type { PublishTools } from '../types.ts';

/**
 * The shape of InvenioRDM's own JSON. On Zenodo, `application/json` answers in the shape of its older API.
 */
const native = 'application/vnd.inveniordm.v1+json';

/** A request to the archive's API; `handles` are the error statuses that the caller reads itself. */
export interface ApiCall extends Pick<HttpRequest, 'method' | 'json' | 'body' | 'idempotent'> {
  readonly path: string;
  /** What the person calls the thing that is refused: the record's title. */
  readonly about: string;
  readonly handles?: readonly number[];
}

/** Asks the archive. Failures: `login-needed` with `why: publish`; `draft-refused` for a 400 that is not handled. */
export async function call(
  { path, about, handles = [], ...request }: ApiCall,
  tools: PublishTools,
): Promise<HttpAnswer> {
  const answer = await tools.http.request({
    ...request,
    url: tools.archive.origin + path,
    // File routes answer plain JSON everywhere and know no other.
    accept: /\/files(\/|$)/.test(path) ? 'application/json' : native,
    expect: [400, 401, 403, ...handles],
    emit: tools.emit,
    signal: tools.signal,
  });
  if (answer.status === 401 || answer.status === 403) throw loginNeeded(tools.archive.origin, answer.status);
  if (answer.status === 400 && !handles.includes(400)) throw refused(about, objectionsIn(answer), tools);
  return answer;
}

function loginNeeded(origin: string, status: number): Failure {
  return new Failure('login-needed', `${origin} lets only its users publish (it answered ${status}).`, {
    hint: `Make an access token at ${origin} with the scopes deposit:write and deposit:actions, then: repo2vc login ${origin}`,
    args: { origin, why: 'publish' },
  });
}

/** The Failure for metadata or files that the archive does not take; it lists every field and message. */
export function refused(about: string, problems: readonly string[], tools: PublishTools): Failure {
  return new Failure(
    'draft-refused',
    `${tools.archive.origin} does not take “${about}”: ${problems.join('; ')}.`,
    {
      hint: 'Correct it (CITATION.cff, the notebook’s metadata or the files), then run the same command again.',
      args: { title: about, problems },
    },
  );
}

/** What an answer objects to, as `field: message`; a 200 can hold objections too. */
export function objectionsIn(answer: HttpAnswer): string[] {
  const listed = listAt(answer.json, 'errors').flatMap((error) => {
    if (typeof error === 'string') return [error];
    const field = textAt(error, 'field');
    const texts = [...listAt(error, 'messages'), textAt(error, 'message')].filter(
      (text) => typeof text === 'string',
    );
    return texts.map((text) => (field === undefined ? text : `${field}: ${text}`));
  });
  if (listed.length === 0 && answer.status >= 400)
    listed.push(textAt(answer.json, 'message') ?? `status ${answer.status}`);
  return listed.map((text) => text.replace(/\.$/, ''));
}
