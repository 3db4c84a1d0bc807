import type { Deposit } from '../../model/index.ts';
import { oneLine, size } from './words.ts';

/** What would become public, record by record. `hash` is what `--confirm` takes. */
export function depositText(deposit: Deposit, hash: string): string {
  const records = deposit.records.map((record) => {
    const creators = record.creators.map((creator) =>
      [creator.givenName, creator.familyName].filter(Boolean).join(' '),
    );
    const files = record.files.map((file) => `      ${oneLine(file.key)}  ${size(file.size)}\n`).join('');
    const links = linksText(record.related, deposit);
    const who = oneLine(`${record.doi ?? ''}  ${creators.join(', ')}  ${record.licence}`);
    const head = `  ${record.role}: “${oneLine(record.title)}”\n    ${who}\n`;
    return `${head}    files\n${files}${links === '' ? '' : `    links\n${links}`}`;
  });
  return `This becomes public at ${deposit.archive}, and cannot be taken back:\n${records.join('')}  Confirm   ${hash}\n`;
}

/** One line for each record that is linked to, with every relation that says so, and which of these it is. */
function linksText(related: Deposit['records'][number]['related'], { records }: Deposit): string {
  const dois = [...new Set(related.map((link) => link.doi))];
  return dois
    .map((doi) => {
      const relations = related.filter((link) => link.doi === doi).map((link) => link.relation);
      const role = records.find((record) => record.doi === doi)?.role;
      return `      ${oneLine(doi)}  ${role === undefined ? '' : `the ${role} above: `}${relations.join(', ')}\n`;
    })
    .join('');
}

/** What was published, for standard output. */
export function publishedText(deposit: Deposit): string {
  const records = deposit.records.map(
    (record) => `  ${oneLine(`${record.role.padEnd(11)}  ${record.doi}  ${record.page ?? ''}`)}\n`,
  );
  const experiment = deposit.records.find((record) => record.role === 'experiment');
  const next = experiment ? `To reproduce it:  repo2vc reproduce ${experiment.doi}\n` : '';
  return `Published:\n${records.join('')}${next}`;
}
