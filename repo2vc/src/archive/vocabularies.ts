/** A term of a vocabulary: its title, and what else an answer says of it. */
export interface Term {
  readonly title: string;
  /** How DataCite names it (metadata schema 4.7). */
  readonly dataCite?: string;
  /** Where a licence can be read. */
  readonly url?: string;
}
export type Vocabulary = ReadonlyMap<string, Term>;

/** What a record can be: InvenioRDM's ids and titles, with DataCite's general type. */
export const resourceTypes: Vocabulary = new Map(
  [
    ['publication', 'Publication', 'Text'],
    ['publication-article', 'Journal article', 'JournalArticle'],
    ['publication-conferencepaper', 'Conference paper', 'ConferencePaper'],
    ['publication-datamanagementplan', 'Data management plan', 'OutputManagementPlan'],
    ['publication-datapaper', 'Data paper', 'DataPaper'],
    ['publication-dissertation', 'Thesis', 'Dissertation'],
    ['publication-preprint', 'Preprint', 'Preprint'],
    ['publication-report', 'Report', 'Report'],
    ['publication-softwaredocumentation', 'Software documentation', 'Text'],
    ['publication-other', 'Other', 'Text'],
    ['dataset', 'Dataset', 'Dataset'],
    ['software', 'Software', 'Software'],
    ['software-computationalnotebook', 'Computational notebook', 'ComputationalNotebook'],
    ['workflow', 'Workflow', 'Workflow'],
    ['model', 'Model', 'Model'],
    ['image', 'Image', 'Image'],
    ['image-figure', 'Figure', 'Image'],
    ['image-photo', 'Photo', 'Image'],
    ['video', 'Video/Audio', 'Audiovisual'],
    ['poster', 'Poster', 'Text'],
    ['presentation', 'Presentation', 'Text'],
    ['lesson', 'Lesson', 'InteractiveResource'],
    ['physicalobject', 'Physical object', 'PhysicalObject'],
    ['other', 'Other', 'Other'],
  ].map(([id = '', title = '', dataCite = '']) => [id, { title, dataCite }]),
);

const relationNames = (
  'IsCitedBy Cites IsSupplementTo IsSupplementedBy IsContinuedBy Continues IsDescribedBy Describes ' +
  'HasMetadata IsMetadataFor IsNewVersionOf IsPreviousVersionOf IsPartOf HasPart IsReferencedBy References ' +
  'IsDocumentedBy Documents IsCompiledBy Compiles IsVariantFormOf IsOriginalFormOf IsIdenticalTo ' +
  'IsReviewedBy Reviews IsDerivedFrom IsSourceOf Requires IsRequiredBy Obsoletes IsObsoletedBy HasVersion ' +
  'IsVersionOf IsPublishedIn Collects IsCollectedBy HasTranslation IsTranslationOf Other'
).split(' ');

/** How two works may be related: DataCite's 39 names, which InvenioRDM writes in lower case. */
export const relationTypes: Vocabulary = new Map(
  relationNames.map((dataCite) => [dataCite.toLowerCase(), { title: sentenceCase(dataCite), dataCite }]),
);

function sentenceCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const creativeCommonsVersions = {
  '4.0': 'International',
  '3.0': 'Unported',
  '2.5': 'Generic',
  '2.0': 'Generic',
} as const;

const creativeCommons = [
  ['by', 'Attribution'],
  ['by-sa', 'Attribution Share Alike'],
  ['by-nc', 'Attribution Non Commercial'],
  ['by-nd', 'Attribution No Derivatives'],
  ['by-nc-sa', 'Attribution Non Commercial Share Alike'],
  ['by-nc-nd', 'Attribution Non Commercial No Derivatives'],
].flatMap(([code = '', words = '']) =>
  Object.entries(creativeCommonsVersions).map(([version, port]): [string, Term] => [
    `cc-${code}-${version}`,
    {
      title: `Creative Commons ${words} ${version} ${port}`,
      url: `https://creativecommons.org/licenses/${code}/${version}/legalcode`,
    },
  ]),
);

const otherLicences = [
  ['Apache-2.0', 'Apache License 2.0'],
  ['MIT', 'MIT License'],
  ['MIT-0', 'MIT No Attribution'],
  ['BSD-2-Clause', 'BSD 2-Clause "Simplified" License'],
  ['BSD-3-Clause', 'BSD 3-Clause "New" or "Revised" License'],
  ['BSD-3-Clause-Clear', 'BSD 3-Clause Clear License'],
  ['BSD-4-Clause', 'BSD 4-Clause "Original" or "Old" License'],
  ['0BSD', 'BSD Zero Clause License'],
  ['ISC', 'ISC License'],
  ['Zlib', 'zlib License'],
  ['BSL-1.0', 'Boost Software License 1.0'],
  ['NCSA', 'University of Illinois/NCSA Open Source License'],
  ['PostgreSQL', 'PostgreSQL License'],
  ['UPL-1.0', 'Universal Permissive License v1.0'],
  ['AFL-3.0', 'Academic Free License v3.0'],
  ['ECL-2.0', 'Educational Community License v2.0'],
  ['MulanPSL-2.0', 'Mulan Permissive Software License, Version 2'],
  ['Python-2.0', 'Python License 2.0'],
  ['PSF-2.0', 'Python Software Foundation License 2.0'],
  ['Artistic-2.0', 'Artistic License 2.0'],
  ['MPL-2.0', 'Mozilla Public License 2.0'],
  ['MPL-1.1', 'Mozilla Public License 1.1'],
  ['CDDL-1.0', 'Common Development and Distribution License 1.0'],
  ['OSL-3.0', 'Open Software License 3.0'],
  ['EPL-1.0', 'Eclipse Public License 1.0'],
  ['EPL-2.0', 'Eclipse Public License 2.0'],
  ['EUPL-1.1', 'European Union Public License 1.1'],
  ['EUPL-1.2', 'European Union Public License 1.2'],
  ['CECILL-B', 'CeCILL-B Free Software License Agreement'],
  ['CECILL-C', 'CeCILL-C Free Software License Agreement'],
  ['CECILL-2.0', 'CeCILL Free Software License Agreement v2.0'],
  ['CECILL-2.1', 'CeCILL Free Software License Agreement v2.1'],
  ['GPL-2.0-only', 'GNU General Public License v2.0 only'],
  ['GPL-2.0-or-later', 'GNU General Public License v2.0 or later'],
  ['GPL-3.0-only', 'GNU General Public License v3.0 only'],
  ['GPL-3.0-or-later', 'GNU General Public License v3.0 or later'],
  ['LGPL-2.0-only', 'GNU Library General Public License v2 only'],
  ['LGPL-2.0-or-later', 'GNU Library General Public License v2 or later'],
  ['LGPL-2.1-only', 'GNU Lesser General Public License v2.1 only'],
  ['LGPL-2.1-or-later', 'GNU Lesser General Public License v2.1 or later'],
  ['LGPL-3.0-only', 'GNU Lesser General Public License v3.0 only'],
  ['LGPL-3.0-or-later', 'GNU Lesser General Public License v3.0 or later'],
  ['AGPL-3.0-only', 'GNU Affero General Public License v3.0 only'],
  ['AGPL-3.0-or-later', 'GNU Affero General Public License v3.0 or later'],
  ['GFDL-1.3-only', 'GNU Free Documentation License v1.3 only'],
  ['GFDL-1.3-or-later', 'GNU Free Documentation License v1.3 or later'],
  ['OFL-1.1', 'SIL Open Font License 1.1'],
  ['LPPL-1.3c', 'LaTeX Project Public License v1.3c'],
  ['CERN-OHL-P-2.0', 'CERN Open Hardware Licence Version 2 - Permissive'],
  ['CERN-OHL-S-2.0', 'CERN Open Hardware Licence Version 2 - Strongly Reciprocal'],
  ['CERN-OHL-W-2.0', 'CERN Open Hardware Licence Version 2 - Weakly Reciprocal'],
  ['etalab-2.0', 'Etalab Open License 2.0'],
  ['OGL-UK-3.0', 'Open Government Licence v3.0'],
  ['CDLA-Permissive-2.0', 'Community Data License Agreement Permissive 2.0'],
  ['CDLA-Sharing-1.0', 'Community Data License Agreement Sharing 1.0'],
  ['Unlicense', 'The Unlicense'],
  ['ODbL-1.0', 'Open Data Commons Open Database License v1.0'],
  ['ODC-By-1.0', 'Open Data Commons Attribution License v1.0'],
  ['PDDL-1.0', 'Open Data Commons Public Domain Dedication & License 1.0'],
].map(([spdx = '', title = '']): [string, Term] => [
  spdx.toLowerCase(),
  { title, url: `https://spdx.org/licenses/${spdx}.html` },
]);

/** Licences: SPDX's ids in lower case, as InvenioRDM has them. */
export const rights: Vocabulary = new Map([
  [
    'cc0-1.0',
    {
      title: 'Creative Commons Zero v1.0 Universal',
      url: 'https://creativecommons.org/publicdomain/zero/1.0/legalcode',
    },
  ],
  ...creativeCommons,
  ...otherLicences,
]);

/** Kinds of identifiers that related works, people and records may have. */
export const schemes: ReadonlySet<string> = new Set(
  (
    'ark arxiv ads crossreffunderid cstr doi ean13 eissn grid handle igsn isbn isni issn istc lissn lsid ' +
    'orcid gnd ror pmid purl rrid upc url urn wikidata w3id other'
  ).split(' '),
);

/** What a contributor may have done: DataCite's contributor types in lower case. */
export const contributorRoles: ReadonlySet<string> = new Set(
  (
    'contactperson datacollector datacurator datamanager distributor editor hostinginstitution producer ' +
    'projectleader projectmanager projectmember registrationagency registrationauthority relatedperson ' +
    'researcher researchgroup rightsholder sponsor supervisor workpackageleader other'
  ).split(' '),
);
