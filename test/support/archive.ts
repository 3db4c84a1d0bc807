import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { createToken, type TokenOptions } from '../../repo2vc/src/archive/folder.ts';
import { type RunningArchive, serveArchive } from '../../repo2vc/src/archive/serve.ts';
import type { Context } from '../../repo2vc/src/context.ts';
import { testContext } from './context.ts';

/** An answer of an archive, read whole; `body` is what its JSON says. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what the tests look at
  readonly body: any;
}

/** How a request differs from a plain one with the owner's token that asks for the native shape. */
export interface Ask {
  readonly json?: unknown;
  readonly body?: string | Buffer | ReadableStream<Uint8Array>;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

/** A real archive on loopback for one test, with the ways to talk to it. */
export interface TestArchive extends RunningArchive {
  readonly context: ReturnType<typeof testContext>;
  readonly token: string;
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Answer>;
  readonly anotherToken: (options?: TokenOptions) => Promise<string>;
}

export const native = 'application/vnd.inveniordm.v1+json';

/** Metadata that can be published as it is. */
export function metadata(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    resource_type: { id: 'software-computationalnotebook' },
    title: 'Melting curve of X',
    publication_date: '2026-08-21',
    publisher: 'repo2vc',
    version: '1.0.0',
    creators: [
      {
        person_or_org: {
          type: 'personal',
          family_name: 'Carberry',
          given_name: 'Josiah',
          identifiers: [{ scheme: 'orcid', identifier: '0000-0002-1825-0097' }],
        },
        affiliations: [{ name: 'Example University' }],
      },
    ],
    description: '<p>An experiment.</p>',
    rights: [{ id: 'cc-by-4.0' }],
    subjects: [{ subject: 'repo2vc' }],
    ...changes,
  };
}

/** Sends one request to the server at `origin`. */
export async function ask(origin: string, method: string, path: string, options: Ask = {}): Promise<Answer> {
  const { json, token } = options;
  const body = json === undefined ? options.body : JSON.stringify(json);
  const response = await fetch(path.startsWith('http') ? path : `${origin}${path}`, {
    method,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
    headers: {
      accept: native,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/octet-stream' }),
      ...options.headers,
    },
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** Serves a new archive, or the one in `directory`, until the test has finished. */
export async function startArchive(directory?: string, changes: Partial<Context> = {}): Promise<TestArchive> {
  const context = testContext(changes);
  const archive = await serveArchive({ directory: directory ?? `${context.folder}/archive`, context });
  const token = await createToken(archive.directory, context);
  onTestFinished(() => archive.close());
  return {
    ...archive,
    context,
    token,
    ask: (method, path, options = {}) => ask(archive.origin, method, path, { token, ...options }),
    anotherToken: (options) => createToken(archive.directory, context, options),
  };
}

/** Makes a draft with metadata and files, and reserves its DOI. */
export async function makeDraft(
  archive: TestArchive,
  changes: Record<string, unknown> = {},
  files: Record<string, string> = { 'experiment.ipynb': '{}' },
  more: Record<string, unknown> = {},
): Promise<{ id: string; doi: string }> {
  const draft = await archive.ask('POST', '/api/records', { json: { metadata: metadata(changes), ...more } });
  const id: string = draft.body.id;
  const reserved = await archive.ask('POST', `/api/records/${id}/draft/pids/doi`);
  for (const [key, text] of Object.entries(files)) await upload(archive, id, key, text);
  return { id, doi: reserved.body.pids.doi.identifier };
}

/** Brings one file into a draft, to the end; gives the answer of the commit. */
export async function upload(archive: TestArchive, id: string, key: string, text: string): Promise<Answer> {
  const announced = await archive.ask('POST', `/api/records/${id}/draft/files`, { json: [{ key }] });
  if (announced.status !== 201) return announced;
  const file = `/api/records/${id}/draft/files/${encodeURIComponent(key)}`;
  const sent = await archive.ask('PUT', `${file}/content`, { body: text });
  if (sent.status !== 200) return sent;
  return archive.ask('POST', `${file}/commit`);
}

/** Makes a published record. */
export async function publishRecord(
  archive: TestArchive,
  changes: Record<string, unknown> = {},
  files?: Record<string, string>,
  more?: Record<string, unknown>,
): Promise<{ id: string; doi: string; body: Answer['body'] }> {
  const draft = await makeDraft(archive, changes, files, more);
  const answer = await archive.ask('POST', `/api/records/${draft.id}/draft/actions/publish`);
  if (answer.status !== 202) throw new Error(`publish answered ${answer.status}: ${answer.text}`);
  return { ...draft, body: answer.body };
}

const servingProcess = new URL('archive-process.mjs', import.meta.url).pathname;
const built = new URL('../../repo2vc/dist/archive/serve.js', import.meta.url).pathname;

/** Serves an archive from a process of its own, which kills itself before its change number `crashAt`; undefined when
 * it died before it listened. */
export async function serveInProcess(
  directory: string,
  crashAt?: number,
): Promise<{ child: ChildProcess; origin: string; token: string } | undefined> {
  if (!existsSync(built)) throw new Error('The engine is not built: run `npx tsc -b`.');
  const child = spawn(
    process.execPath,
    [servingProcess, directory, ...(crashAt === undefined ? [] : [String(crashAt)])],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const first = await Promise.race([line, once(child, 'exit').then(() => undefined)]);
  return first && { child, ...(JSON.parse(first[0]) as { origin: string; token: string }) };
}
