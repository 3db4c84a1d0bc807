import { describe, expect, it } from 'vitest';
import type { DepositRecord } from '../../../repo2vc/src/model/index.ts';
import { type CrateInput, roCrate, type UsedEntity } from '../../../repo2vc/src/provenance/ro-crate.ts';

const record: DepositRecord = {
  role: 'experiment',
  folder: '.',
  nonce: 'n',
  title: 'Melting curve of X',
  creators: [
    { familyName: 'Carberry', givenName: 'Josiah', orcid: '0000-0002-1825-0097' },
    { familyName: 'Ōe', affiliation: 'Elsewhere' },
  ],
  licence: 'CC-BY-4.0',
  date: '2026-08-21',
  doi: '10.5281/zenodo.123',
  files: [],
  related: [],
  state: 'draft',
};
const sha256 = 'a'.repeat(64);
const files = [
  { key: 'my notes #1?.md', size: 3, sha256 },
  { key: 'n.ipynb', size: 2, sha256 },
];
const used: UsedEntity[] = [
  { role: 'environment', doi: '10.5281/zenodo.99', title: 'ET' },
  { role: 'data', doi: '10.5281/zenodo.55' },
];

type Entity = Record<string, unknown>;
function graphOf(input: CrateInput, links: readonly UsedEntity[] = []): Entity[] {
  return JSON.parse(roCrate(input, links))['@graph'];
}
const entity = (graph: readonly Entity[], id: string) => graph.find((one) => one['@id'] === id);

describe('a crate', () => {
  const graph = graphOf({ record, files, notebook: 'n.ipynb' }, used);

  it('describes itself and its root as RO-Crate 1.2 asks', () => {
    expect(entity(graph, 'ro-crate-metadata.json')).toMatchObject({
      '@type': 'CreativeWork',
      about: { '@id': './' },
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.2' },
    });
    expect(entity(graph, './')).toMatchObject({
      '@type': 'Dataset',
      name: record.title,
      description: expect.stringMatching(/./),
      datePublished: '2026-08-21',
      license: { '@id': 'https://spdx.org/licenses/CC-BY-4.0' },
      'cite-as': 'https://doi.org/10.5281/zenodo.123',
    });
  });

  it('names each person by ORCID, else by a name of its own', () => {
    expect(entity(graph, './')?.author).toEqual([
      { '@id': 'https://orcid.org/0000-0002-1825-0097' },
      { '@id': `#${encodeURIComponent('Ōe')}` },
    ]);
  });

  it('names files so that the address is theirs, with size, type and checksum', () => {
    expect(entity(graph, 'my%20notes%20%231%3F.md')).toMatchObject({
      '@type': 'File',
      name: 'my notes #1?.md',
      contentSize: '3',
      encodingFormat: 'text/markdown',
      sha256,
    });
  });

  it('says what the notebook requires and what the experiment cites', () => {
    expect(entity(graph, 'n.ipynb')).toMatchObject({
      '@type': ['File', 'SoftwareSourceCode'],
      softwareRequirements: [{ '@id': 'https://doi.org/10.5281/zenodo.99' }],
    });
    expect(entity(graph, './')?.citation).toEqual([
      { '@id': 'https://doi.org/10.5281/zenodo.99' },
      { '@id': 'https://doi.org/10.5281/zenodo.55' },
    ]);
    expect(entity(graph, 'https://doi.org/10.5281/zenodo.99')?.name).toBe('ET');
  });

  it('refers to nothing that it does not hold, and has everything once', () => {
    const ids = graph.map((one) => one['@id']);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...JSON.stringify(graph).matchAll(/\{"@id":"([^"]*)"\}/g)].map(([, id]) => id);
    const outside = references.filter((id) => !ids.includes(id) && id !== 'https://w3id.org/ro/crate/1.2');
    expect(outside).toEqual([]);
  });

  it('is the same bytes for the same record', () => {
    expect(roCrate({ record, files }, used)).toBe(
      roCrate({ files: [...files], record: { ...record } }, used),
    );
  });

  it('cites nothing when nothing was used', () => {
    expect(entity(graphOf({ record, files }), './')).not.toHaveProperty('citation');
  });
});
