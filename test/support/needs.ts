import { beforeEach } from 'vitest';
import { missingTools, type tools } from './computer.mjs';

type Tool = keyof typeof tools;

/** test/run.mjs looks once for all test files; a test file that is run alone looks by itself. */
const missing = process.env.REPO2VC_TEST_MISSING?.split(',') ?? missingTools();
const has = (tool: Tool) => !missing.includes(tool);

/**
 * What this computer has. A test that cannot run without it says so: `it.skipIf(!needs.chromium)('…', …)`. The runner
 * tells at the end what was skipped and how to get it, and CI fails when anything was.
 */
export const needs = {
  git: has('git'),
  /** python3 with pip: environments can be built. */
  pip: has('pip'),
  bubblewrap: has('bubblewrap'),
  chromium: has('chromium'),
  /** A container engine of version 20.10 or newer that answers, with the image that tests build on. */
  docker: has('docker'),
  /** A server for ssh, to be started by tests. */
  sshd: has('sshd'),
  /** To mount a small disk, or to become another user. */
  root: has('root'),
} as const satisfies Record<Tool, boolean>;

/** For a file whose tests all need the same: called at its top, it skips them where that is not here. */
export function everyTestNeeds(tool: Tool): void {
  beforeEach(({ skip }) => skip(!needs[tool], `${tool} is not here`));
}

export { chromiumPath } from './computer.mjs';
