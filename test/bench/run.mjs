// `npm run bench`: measures what the project promises to be fast, each against its own floor in the same run, so that
// another computer gives other times but the same ratios. Every test/bench/NAME.bench.mjs exports `name`, `aim` (in
// words) and `run()`, which gives rows { what, value, unit, floor?, ratio?, ok? }. `npm run bench -- start` runs those
// whose file name contains that. Prints a table, writes .bench/results.json, and never fails for being slow.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const folder = import.meta.dirname;
const filters = process.argv.slice(2);
const wanted = (file) => filters.length === 0 || filters.some((filter) => file.includes(filter));
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.mjs') && wanted(file))
  .sort();

const results = [];
for (const file of files) {
  const { name, aim, run } = await import(join(folder, file));
  console.log(`\n${name} (aim: ${aim})`);
  const rows = await run();
  console.table(Object.fromEntries(rows.map(({ what, ...row }) => [what, row])));
  results.push({ name, aim, rows });
}

const computer = {
  node: process.version,
  processor: cpus()[0]?.model,
  cores: availableParallelism(),
  memoryBytes: totalmem(),
};
const output = join(folder, '..', '..', '.bench');
mkdirSync(output, { recursive: true });
const report = { at: new Date().toISOString(), computer, results };
writeFileSync(join(output, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
console.log('\nWritten to .bench/results.json');
