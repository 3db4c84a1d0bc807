// `npm test`: everything CI runs. Looks what this computer has, so that tests that need more are skipped and told of;
// checks lint and types; finds or starts a container engine; runs the tests; looks for what they left behind. `npm test -- unit/model` runs only the test
// files whose path contains that. REPO2VC_NO_SKIPS=1 makes a skipped test a failure.
import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './support/cache.mjs';
import { missingTools, tools } from './support/computer.mjs';
import { engineForTests } from './support/engine.mjs';
import { leftovers, newThings, thingsOf } from './support/leftovers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const filters = process.argv.slice(2);
const ours = (...path) => join(root, 'node_modules', ...path);
process.on('SIGINT', () => undefined); // the programs below get it too, and end; then we tell what happened

/** Runs a Node program and says whether it ended well. */
function runs(argv, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { cwd: root, env, stdio: 'inherit' });
    const end = () => child.kill('SIGKILL'); // what its tests had started is found and ended below
    process.on('SIGTERM', end);
    child.once('close', (code) => {
      process.off('SIGTERM', end);
      resolve(code === 0);
    });
  });
}

async function check(name, argv) {
  const passed = await runs(argv);
  console.log(`${passed ? '✓' : '✗'} ${name}`);
  return passed ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [name] };
}

/** Counts from Vitest's report; a test file that could not even start counts as one failed test. */
function countsOf(file, endedWell) {
  const report = readReport(file);
  const broken = report.testResults.filter(
    (result) =>
      result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  const skipped = report.testResults.flatMap((result) =>
    result.assertionResults
      .filter((test) => !['passed', 'failed'].includes(test.status))
      .map((test) => `${relative(join(root, 'test'), result.name)}: ${test.fullName}`),
  );
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !endedWell ? 1 : failed,
    failures: failed === 0 && !endedWell ? ['Vitest ended badly, outside of any test'] : failuresOf(report),
    skipped,
  };
}

/** What failed, each with the first lines of its reason. */
function failuresOf(report) {
  return report.testResults.flatMap((result) => {
    const file = relative(join(root, 'test'), result.name);
    const failed = result.assertionResults.filter((test) => test.status === 'failed');
    const told = failed.map((test) => [`${file}: ${test.fullName}`, test.failureMessages.join('\n')]);
    if (told.length === 0 && result.status === 'failed') told.push([file, result.message]);
    return told.map(([name, why]) => [name, ...why.split('\n').slice(0, 30)].join('\n    '));
  });
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
}

async function runTests(missing) {
  const folder = mkdtempSync(join(tmpdir(), 'r2vc-'));
  chmodSync(folder, 0o755); // nodes of another user must get through
  const report = `${folder}.json`;
  const env = {
    ...process.env,
    TMPDIR: folder,
    REPO2VC_TEST_CACHE: cacheFolder,
    REPO2VC_TEST_MISSING: missing.join(','),
  };
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = [ours('vitest', 'vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', ...reporters];
  const endedWell = await runs([...vitest, ...filters], env);
  const counts = countsOf(report, endedWell);
  const left = await leftovers(folder);
  rmSync(folder, { recursive: true, force: true });
  rmSync(report, { force: true });
  return { ...counts, left };
}

/** An engine for the tests that need one, which no unit test does; undefined, and told of, when none can be had. */
async function findEngine() {
  if (filters.length > 0 && filters.every((filter) => filter.startsWith('unit'))) return undefined;
  try {
    return await engineForTests(cacheFolder);
  } catch (error) {
    console.log(`\nNo container engine for the tests: ${error.message}`);
    return undefined;
  }
}

/** The tests, with an engine if there is one. It ends with this process, whatever happens. */
async function runTestsWithEngine() {
  const engine = await findEngine();
  if (engine) process.env.DOCKER_HOST = engine.host;
  const before = engine ? await thingsOf(engine) : [];
  const missing = missingTools();
  const tests = await runTests(missing);
  const left = engine ? [...(await newThings(engine, before)), ...(await engine.end())] : [];
  return { ...tests, missing, left: [...tests.left, ...left] };
}

function tellSkipped(skipped, missing) {
  if (skipped.length === 0) return;
  console.log(`\nSKIPPED: ${skipped.length} tests did not run on this computer.`);
  for (const name of skipped) console.log(`  ${name}`);
  for (const [name, { how }] of Object.entries(tools)) {
    if (missing.includes(name)) console.log(`  Not found: ${name}. To get it: ${how}`);
  }
}

const checks =
  filters.length > 0
    ? []
    : [
        await check('lint and format (biome)', [
          ours('@biomejs', 'biome', 'bin', 'biome'),
          'check',
          '--error-on-warnings',
          '.',
        ]),
        await check('types (tsc)', [ours('typescript', 'bin', 'tsc'), '-b']),
      ];
const tests = await runTestsWithEngine();
tellSkipped(tests.skipped, tests.missing);

// Told once more at the very end, where somebody looks first; to a file too, for who runs more than this.
const failures = [
  ...checks.flatMap(({ failures }) => failures),
  ...tests.failures,
  ...tests.left.map((what) => `left behind by the tests: ${what}`),
].map((failure) => `✗ ${failure}\n`);
if (failures.length > 0) console.log(`\nFAILED:\n${failures.join('')}`);
if (process.env.REPO2VC_FAILURES) appendFileSync(process.env.REPO2VC_FAILURES, failures.join(''));

const sum = (key) => checks.reduce((all, one) => all + one[key], 0);
const failed = tests.failed + sum('failed') + (tests.left.length > 0 ? 1 : 0);
const skipsForbidden = process.env.REPO2VC_NO_SKIPS === '1' && tests.skipped.length > 0;
if (skipsForbidden) console.log('\nA skipped test is a failure here (REPO2VC_NO_SKIPS=1).');
process.exitCode = failed > 0 || skipsForbidden ? 1 : 0;
console.log(`\n${tests.passed + sum('passed')} passed, ${failed} failed, ${tests.skipped.length} skipped`);
