import { type ArchiveSetting, type Creator, type DepositRecord, doiUrl } from '../../model/index.ts';

/**
 * A record's metadata as InvenioRDM wants it (docs: reference/metadata). `nonce` marks a draft that was just made, so
 * that it is found again when the answer got lost; the described record does not carry it.
 */
export function draftBody(record: DepositRecord, archive: ArchiveSetting, nonce?: string): unknown {
  return {
    access: { record: 'public', files: 'public' },
    files: { enabled: true, ...(record.preview === undefined ? {} : { default_preview: record.preview }) },
    metadata: {
      resource_type: { id: resourceTypes[record.role] },
      title: record.title,
      publication_date: record.date,
      publisher: publisherName(archive),
      creators: record.creators.map(creatorBody),
      description: descriptionOf(record),
      rights: [{ id: record.licence.toLowerCase() }],
      subjects: subjectsOf(record, nonce).map((subject) => ({ subject })),
      related_identifiers: record.related.map(({ relation, doi, role }) => ({
        identifier: doi,
        scheme: 'doi',
        relation_type: { id: relation },
        resource_type: { id: resourceTypes[role] },
      })),
    },
  };
}

const resourceTypes = {
  data: 'dataset',
  environment: 'software-computationalnotebook',
  experiment: 'software-computationalnotebook',
} as const;

/** The subject that marks the draft of one call. */
export function nonceSubject(record: DepositRecord): string {
  return `repo2vc:${record.nonce}`;
}

function subjectsOf(record: DepositRecord, nonce: string | undefined): string[] {
  const kinds = { data: 'data', environment: 'environment-template', experiment: 'experiment' };
  const template = environmentOf(record);
  return [
    'repo2vc',
    `repo2vc:${kinds[record.role]}`,
    ...(template ? [`repo2vc-et:${template}`] : []),
    ...(nonce ? [nonce] : []),
  ];
}

function environmentOf(record: DepositRecord): string | undefined {
  return record.related.find(({ role }) => role === 'environment')?.doi;
}

/** `publisher` is what the DOI is registered with: Zenodo, Zenodo Sandbox, the name that the person gave the archive. */
function publisherName(archive: ArchiveSetting): string {
  const words = archive.name.split('-');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

function creatorBody({ familyName, givenName, orcid, affiliation }: Creator): unknown {
  return {
    person_or_org: {
      type: 'personal',
      family_name: familyName,
      ...(givenName ? { given_name: givenName } : {}),
      ...(orcid ? { identifiers: [{ scheme: 'orcid', identifier: orcid }] } : {}),
    },
    ...(affiliation ? { affiliations: [{ name: affiliation }] } : {}),
  };
}

/** The description as HTML, with the `used` links in words: people read them on the record's page. */
function descriptionOf(record: DepositRecord): string {
  const paragraphs = (record.description ?? '').split(/\n\s*\n/).filter((text) => text.trim() !== '');
  return [...paragraphs.map((text) => escapeHtml(text.trim())), ...sentencesOf(record)]
    .map((html) => `<p>${html}</p>`)
    .join('\n');
}

function sentencesOf(record: DepositRecord): string[] {
  if (record.role === 'data') return [`Data of an experiment: “${escapeHtml(record.title)}”.`];
  const command = `<code>repo2vc reproduce ${escapeHtml(record.doi ?? 'DOI')}</code>`;
  if (record.role === 'environment') {
    return ['An environment template: it describes, and builds, the environment that experiments run in.'];
  }
  const data = [...new Set(record.related.filter(({ role }) => role === 'data').map(({ doi }) => doi))];
  const template = environmentOf(record);
  return [
    ...(template ? [`This experiment <b>used</b> the environment template ${anchor(template)}.`] : []),
    ...(data.length > 0 ? [`It <b>used</b> the data ${data.map(anchor).join(', ')}.`] : []),
    `Reproduce it with ${command}.`,
  ];
}

function anchor(doi: string): string {
  return `<a href="${escapeHtml(doiUrl(doi))}">${escapeHtml(doi)}</a>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
