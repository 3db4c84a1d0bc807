import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { scopesWork } from '../../../repo2vc/src/clusters/providers/process/scope.ts';
import { temporaryFolder, testContext } from '../../support/context.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A PATH with a systemd that enforces what it is asked for, and tells of lingering what `loginctl` says. */
function pathWithSystemd(loginctl: string): string {
  const bin = temporaryFolder();
  const program = (name: string, script: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('systemd-run', 'echo 67108864');
  program('loginctl', loginctl);
  return `${bin}:${process.env.PATH}`;
}

it.each([
  [1000, 'echo yes', true],
  [1000, 'echo no', false],
  [1000, 'echo "not logged in or lingering" >&2; exit 1', false],
  [0, 'echo no', true],
])('of user %i, when loginctl does `%s`, nodes go into a scope: %s', async (uid, loginctl, expected) => {
  vi.spyOn(process, 'getuid').mockReturnValue(uid);
  const environment = { PATH: pathWithSystemd(loginctl) };
  expect(await scopesWork(testContext({ environment }))).toBe(expected);
});
