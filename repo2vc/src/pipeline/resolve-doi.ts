import { Failure, isFailure } from '../failure.ts';
import type { HttpAnswer } from '../io/http.ts';
import type { ArchiveSetting } from '../model/index.ts';
import { listAt, textAt } from '../model/loose.ts';
import { shellWord } from '../model/shell-word.ts';
import type { StepTools } from './types.ts';

/** The address of the page that a DOI leads to; asks the archive that the DOI's prefix belongs to, else doi.org. */
export async function landingOf(doi: string, tools: StepTools): Promise<string> {
  const archives = tools.settings.archives ?? [];
  const archive = archiveOf(doi, archives);
  if (!archive && doi.startsWith('10.5072/repo2vc.')) throw localElsewhere(doi);
  tools.emit({ code: 'resolver-asked', args: { doi, origin: archive?.origin ?? 'https://doi.org' } });
  if (!archive) return landingOfHandle(doi, await ask(handlesUrl('https://doi.org', doi), [404], tools));
  if (archive.directory === undefined) return landingOfArchive(doi, archive, tools);
  // Of several local archives that had one port, the first has it now.
  if (archives.find(({ origin }) => origin === archive.origin) !== archive) throw notRunning(doi, archive);
  try {
    return landingOfHandle(doi, await ask(handlesUrl(`${archive.origin}/doi.org`, doi), [404], tools));
  } catch (error) {
    if (!isFailure(error) || error.code !== 'connection-failed') throw error;
    throw notRunning(doi, archive);
  }
}

/** 10.5072 is the prefix for tests, which no resolver knows; behind it stands a local archive. */
function localElsewhere(doi: string): Failure {
  const prefix = doi.split('.').slice(0, 3).join('.');
  return new Failure('unknown-doi', `${doi} is in a local archive that this computer does not know.`, {
    hint:
      'Such DOIs resolve where their archive is served. If you can log in there, bring its port here:\n' +
      'ssh -N -L PORT:127.0.0.1:PORT HOST\nand add it to settings.yaml:\n' +
      `archives: [{ name: theirs, origin: "http://127.0.0.1:PORT", doiPrefixes: ["${prefix}"] }]`,
    args: { doi, origin: 'none' },
  });
}

function notRunning(doi: string, { name, origin, directory = '' }: ArchiveSetting): Failure {
  return new Failure('archive-not-running', `${doi} is in the local archive ${name}, which is not running.`, {
    hint: `Start it in another terminal: repo2vc archive serve --dir ${shellWord(directory)}`,
    args: { doi, archive: name, directory, origin },
  });
}

/** The archive with the longest prefix that the DOI begins with. */
function archiveOf(doi: string, archives: readonly ArchiveSetting[]): ArchiveSetting | undefined {
  const lengthIn = (archive: ArchiveSetting) =>
    Math.max(
      0,
      ...(archive.doiPrefixes ?? [])
        .map((prefix) => prefix.toLowerCase())
        .filter((prefix) => doi.startsWith(prefix.includes('/') ? prefix : `${prefix}/`))
        .map((prefix) => prefix.length),
    );
  return archives.filter((archive) => lengthIn(archive) > 0).sort((a, b) => lengthIn(b) - lengthIn(a))[0];
}

const handlesUrl = (base: string, doi: string): string =>
  `${base}/api/handles/${encodeURI(doi).replace(/[?#]/g, encodeURIComponent)}`;

async function ask(url: string, expect: readonly number[], tools: StepTools): Promise<HttpAnswer> {
  return tools.http.request({ url, expect, emit: tools.emit, signal: tools.signal });
}

/** Reads the Handle System's answer: `values[]` with one of type URL (Handle.Net HTTP API; doi.org's own docs). */
function landingOfHandle(doi: string, answer: HttpAnswer): string {
  const values = listAt(answer.json, 'values');
  const url = values.find((value) => textAt(value, 'type') === 'URL');
  const address = textAt(url, 'data', 'value');
  if (answer.status === 404 || !address) throw unknownDoi(doi, new URL(answer.url).origin);
  return address;
}

/** An archive that is not ours has no handle service, but every InvenioRDM redirects /doi/DOI to the record's page. */
async function landingOfArchive(doi: string, archive: ArchiveSetting, tools: StepTools): Promise<string> {
  const url = `${archive.origin}/doi/${encodeURI(doi).replace(/[?#]/g, encodeURIComponent)}`;
  const answer = await ask(url, [301, 302, 303, 307, 308, 404], tools);
  const { location } = answer.headers;
  if (answer.status === 404 || !location || !URL.canParse(location, url))
    throw unknownDoi(doi, archive.origin);
  return new URL(location, url).href;
}

function unknownDoi(doi: string, origin: string): Failure {
  return new Failure('unknown-doi', `${origin} knows no DOI ${doi}.`, {
    hint: 'Check the spelling. A DOI that was published a moment ago may take some minutes to be known.',
    args: { doi, origin },
  });
}
