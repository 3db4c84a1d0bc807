import { describe, expect, it } from 'vitest';
import type { DepositRecord } from '../../../../repo2vc/src/model/index.ts';
import { draftBody } from '../../../../repo2vc/src/publishers/invenio-rdm/metadata.ts';
import { record } from '../../../support/recorded-publishing.ts';

const zenodo = { name: 'zenodo-sandbox', origin: 'https://sandbox.zenodo.org' };
// biome-ignore lint/suspicious/noExplicitAny: what an archive is sent is looked at from outside
const metadataOf = (changes: Partial<DepositRecord>, nonce?: string): any =>
  (draftBody(record(changes), zenodo, nonce) as { metadata: unknown }).metadata;

describe('the metadata of a record', () => {
  it('names its publisher as people know it', () => {
    expect(metadataOf({}).publisher).toBe('Zenodo Sandbox');
  });

  it('says who made it', () => {
    const creators = [
      {
        familyName: 'Carberry',
        givenName: 'Josiah',
        orcid: '0000-0002-1825-0097',
        affiliation: 'Brown University',
      },
      { familyName: 'Ōe' },
    ];
    expect(metadataOf({ creators }).creators).toEqual([
      {
        person_or_org: {
          type: 'personal',
          family_name: 'Carberry',
          given_name: 'Josiah',
          identifiers: [{ scheme: 'orcid', identifier: '0000-0002-1825-0097' }],
        },
        affiliations: [{ name: 'Brown University' }],
      },
      { person_or_org: { type: 'personal', family_name: 'Ōe' } },
    ]);
  });

  it('is of the type of its role', () => {
    const types = (['data', 'environment', 'experiment'] as const).map(
      (role) => metadataOf({ role }).resource_type.id,
    );
    expect(types).toEqual(['dataset', 'software-computationalnotebook', 'software-computationalnotebook']);
  });

  it('carries the mark of its making only while it is made', () => {
    const subjects = (nonce?: string) =>
      metadataOf({}, nonce).subjects.map(({ subject }: { subject: string }) => subject);
    expect(subjects('repo2vc:abc')).toContain('repo2vc:abc');
    expect(subjects()).toEqual(['repo2vc', 'repo2vc:experiment']);
  });

  it('lets no text of a person become markup', () => {
    const description = 'a < b & "c"\n\n<script>alert(1)</script>';
    expect(metadataOf({ description }).description).toContain(
      '<p>a &lt; b &amp; &quot;c&quot;</p>\n<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
    );
  });

  it('shows the notebook first, where it lies there as it is', () => {
    expect(draftBody(record({ preview: 'n.ipynb' }), zenodo)).toMatchObject({
      files: { default_preview: 'n.ipynb' },
    });
    expect(draftBody(record(), zenodo)).toMatchObject({ files: { enabled: true } });
  });
});
