import { contentProviders } from '../content-providers/registry.ts';
import type { ClaimContext } from '../content-providers/types.ts';
import { Failure } from '../failure.ts';
import { doiOf, type Reference } from '../model/index.ts';
import { landingOf } from './resolve-doi.ts';
import type { StepTools } from './types.ts';

const forms =
  'a DOI (10.5281/zenodo.123), the address of a record, a git repository (https://… or git@…), a folder, or a notebook';

/**
 * Reads what a person typed. By syntax first; only a DOI is looked up, with one request to whoever knows it. Failures:
 * `malformed-reference`, `unknown-doi`, `unsupported-archive`, `archive-not-running`.
 */
export async function resolve(text: string, tools: StepTools): Promise<Reference> {
  const context: ClaimContext = {
    archives: tools.settings.archives ?? [],
    workingDirectory: tools.workingDirectory,
    home: tools.environment.HOME,
  };
  const typed = text.trim();
  const doi = doiOf(typed);
  if (doi !== undefined) return resolveDoi(doi, typed, context, tools);
  for (const provider of contentProviders) {
    const reference = provider.claims(typed, context);
    if (reference) return reference;
  }
  throw malformed(typed, context);
}

async function resolveDoi(
  doi: string,
  text: string,
  context: ClaimContext,
  tools: StepTools,
): Promise<Reference> {
  const url = await landingOf(doi, tools);
  for (const provider of contentProviders) {
    const reference = provider.landing?.(url, doi, context);
    if (reference) return { ...reference, text };
  }
  const host = URL.canParse(url) ? new URL(url).host : url;
  throw new Failure('unsupported-archive', `${doi} is published at ${host}, which repo2vc cannot read yet.`, {
    hint: 'It reads Zenodo and other InvenioRDM archives, git repositories and folders. Download the files and give their folder.',
    args: { doi, host },
  });
}

function malformed(typed: string, context: ClaimContext): Failure {
  const text = typed.replace(/\/\/[^/@\s]*@/, '//'); // a password may stand there
  const guess = guessOf(text, context);
  return new Failure('malformed-reference', `"${text.slice(0, 200)}" is nothing that repo2vc can find.`, {
    hint: guess ? `Did you mean ${guess}?` : `Give ${forms}.`,
    args: { reference: text.slice(0, 200), ...(guess && { guess }) },
  });
}

/** What was probably meant: a DOI somewhere in the text, the page of an archive, or a repository. */
function guessOf(text: string, context: ClaimContext): string | undefined {
  const doi = /10\.\d{4,9}\/[^\s"'<>?#]*[^\s"'<>?#.,;)\]]/.exec(text)?.[0];
  if (doi) return doi;
  const address = `https://${text.replace(/^[a-z]*:?\/+/i, '')}`;
  if (!URL.canParse(address)) return undefined;
  const { host, pathname } = new URL(address);
  if (context.archives.some((archive) => new URL(archive.origin).host === host)) return address;
  return /^\/[^/]+\/[^/]+\/?$/.test(pathname) && host.includes('.')
    ? `${address.replace(/\/$/, '')}.git`
    : undefined;
}
