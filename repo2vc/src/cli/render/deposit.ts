import type { Deposit } from '../../model/index.ts';
import { safe, size } from './words.ts';

/** What would become public, record by record. `hash` is what `--confirm` takes. */
export function depositText(deposit: Deposit, hash: string): string {
  const records = deposit.records.map((record) => {
    const creators = record.creators.map((creator) =>
      [creator.givenName, creator.familyName].filter(Boolean).join(' '),
    );
    const files = record.files.map((file) => `      ${file.key}  ${size(file.size)}\n`).join('');
    const links = record.related.map((link) => `      ${link.relation} ${link.doi}\n`).join('');
    return safeLines(
      `  ${record.role}: “${record.title}”\n    ${record.doi ?? ''}  ${creators.join(', ')}  ${record.licence}\n    files\n${files}${links === '' ? '' : `    links\n${links}`}`,
    );
  });
  return `This becomes public at ${deposit.archive}, and cannot be taken back:\n${records.join('')}  Confirm   ${hash}\n`;
}

/** What was published, for standard output. */
export function publishedText(deposit: Deposit): string {
  const records = deposit.records.map(
    (record) => `  ${record.role.padEnd(11)}  ${record.doi}  ${record.page ?? ''}\n`,
  );
  const experiment = deposit.records.find((record) => record.role === 'experiment');
  const next = experiment ? `Anybody can now type:  repo2vc reproduce ${experiment.doi}\n` : '';
  return safeLines(`Published:\n${records.join('')}${next}`);
}

function safeLines(text: string): string {
  return text.split('\n').map(safe).join('\n');
}
