import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '../../repo2vc/src/context.ts';
import type { Http } from '../../repo2vc/src/io/http.ts';
import type {
  Answers,
  Deposit,
  DepositRecord,
  Outcome,
  PublishRequest,
} from '../../repo2vc/src/model/index.ts';
import { fetchSnapshot } from '../../repo2vc/src/pipeline/fetch.ts';
import { draftPublication, makePublic } from '../../repo2vc/src/pipeline/publish.ts';
import { resolve } from '../../repo2vc/src/pipeline/resolve.ts';
import type { StepTools } from '../../repo2vc/src/pipeline/types.ts';
import { startArchive, type TestArchive } from './archive.ts';
import { testContext } from './context.ts';
import { hastyClock, testHttp } from './http.ts';
import { descriptor, experiment, notebookText } from './notebook.ts';

export const citation = [
  'cff-version: 1.2.0',
  'message: Cite it.',
  'title: Melting curve of X',
  'abstract: What melts when.',
  'authors:',
  '  - family-names: Carberry',
  '    given-names: Josiah',
  '    orcid: https://orcid.org/0000-0002-1825-0097',
  '    affiliation: Brown University',
  'license: CC-BY-4.0',
  '',
].join('\n');

/** An experiment with a template and data beside it, as files by their path. */
export function experimentFiles(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const used = experiment(
    { role: 'environment', path: 'environment' },
    { role: 'data', path: 'data/measured' },
  );
  return {
    'analysis.ipynb': notebookText(['# Analysis', 'print(open("data/measured/a.csv").read())'], used),
    'CITATION.cff': citation,
    'environment/environment.ipynb': notebookText(
      ['# Environment'],
      descriptor({ title: 'Environment for X' }),
    ),
    'environment/requirements.txt': 'jupyterlab==4.4.5\n',
    'data/measured/a.csv': 'x,y\n1,2\n',
    'data/measured/b.csv': 'x,y\n3,4\n',
    ...changes,
  };
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A person at her computer: a folder to publish, a run folder, settings that name the archive, a token. */
export interface Desk {
  readonly archive: TestArchive;
  readonly folder: string;
  readonly request: PublishRequest;
  readonly tools: StepTools & { readonly events: ReturnType<typeof testContext>['events'] };
}

export const yes: Answers = { schemaVersion: 1, confirmShown: true };
export const unanswered: Answers = { schemaVersion: 1 };

/** Options of a desk. */
export interface DeskOptions {
  readonly archive?: TestArchive;
  readonly files?: Readonly<Record<string, string>>;
  /** Stands between the person and the archive. */
  readonly origin?: string;
  readonly token?: string | undefined;
  readonly request?: Partial<PublishRequest>;
  readonly context?: Partial<Context>;
  readonly http?: (http: Http) => Http;
}

/** Lays a desk out; waiting takes no time on it. */
export async function desk(options: DeskOptions = {}): Promise<Desk> {
  const archive = options.archive ?? (await startArchive());
  const context = testContext({ clock: hastyClock(), ...options.context });
  const folder = join(context.folder, 'work', 'melting');
  writeFiles(folder, options.files ?? experimentFiles());
  const origin = options.origin ?? archive.origin;
  const token = 'token' in options ? options.token : archive.token;
  const http = testHttp(context, { credentialFor: async (asked) => (asked === origin ? token : undefined) });
  const runFolder = join(context.folder, 'run');
  return {
    archive,
    folder,
    request: { schemaVersion: 1, kind: 'publish', folder, archive: 'here', ...options.request },
    tools: {
      ...context,
      http: options.http ? options.http(http) : http,
      settings: { archives: [{ name: 'here', origin, doiPrefixes: [archive.doiPrefix] }] },
      runFolder,
      workingDirectory: folder,
    },
  };
}

/** Both halves of a publication, as a job does them. */
export async function publish(
  request: PublishRequest,
  answers: Answers,
  tools: StepTools,
): Promise<Outcome<Deposit>> {
  const drafted = await draftPublication(request, answers, tools);
  return 'needs' in drafted ? drafted : makePublic(request, drafted.value, answers, tools);
}

/** The value of an outcome that has one. */
export function given<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  throw new Error(`waits for ${JSON.stringify(outcome.needs)}`);
}

/** The questions of an outcome that has some. */
export function asked<T>(outcome: Outcome<T>): readonly unknown[] {
  if ('needs' in outcome) return outcome.needs;
  throw new Error('nothing was asked');
}

/** The least that can be published: an experiment that uses nothing but its template. */
export function smallFiles(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const used = experiment({ role: 'environment', path: 'environment' });
  return {
    'analysis.ipynb': notebookText(['# Analysis'], used),
    'CITATION.cff': citation,
    'environment/environment.ipynb': notebookText(
      ['# Environment'],
      descriptor({ title: 'Environment for X' }),
    ),
    'environment/requirements.txt': 'jupyterlab==4.4.5\n',
    ...changes,
  };
}

/** All drafts and records of the archive's user. */
export async function recordsOf(archive: TestArchive): Promise<{ id: string; is_published: boolean }[]> {
  return (await archive.ask('GET', '/api/user/records?size=100')).body.hits.hits;
}

/** The records by their role, of which there is one each. */
export const byRole = (records: readonly DepositRecord[]) =>
  Object.fromEntries(records.map((record) => [record.role, record])) as Record<
    DepositRecord['role'],
    DepositRecord
  >;

/** What a stranger gets who has nothing but the DOI. */
export async function fetched({ tools }: Desk, record: DepositRecord | undefined, into: string) {
  const snapshot = await fetchSnapshot(await resolve(record?.doi ?? '', tools), into, tools);
  const text = (file: string) => readFileSync(join(tools.runFolder, into, file), 'utf8');
  return { snapshot, text };
}
