import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Host, Screen } from '../../../../repo2vc/src/cli/host.ts';
import { showResult } from '../../../../repo2vc/src/cli/render/result.ts';
import * as engine from '../../../../repo2vc/src/index.ts';
import type { Session } from '../../../../repo2vc/src/model/index.ts';
import { testContext } from '../../../support/context.ts';

/** What a person reads, whose finished run is open at this address. */
async function shownTo(
  environment: Host['environment'],
  format: Screen['format'] = 'plain',
  asked: { until?: 'target' } = {},
) {
  const context = testContext();
  const request = {
    schemaVersion: 1,
    kind: 'reproduce',
    reference: '.',
    workingDirectory: '/',
    ...asked,
  } as const;
  const run = await engine.createRun(request, { schemaVersion: 1 }, context);
  const session: Session = {
    schemaVersion: 1,
    cluster: run.id,
    node: 'entry-1',
    host: '127.77.1.2',
    port: 8888,
    basePath: '/',
    openPath: 'lab/tree/n.ipynb',
    directory: 'experiment',
    tokenFile: 'token',
    expiresAt: '2026-11-21T20:00:00Z',
  };
  writeFileSync(join(run.folder, 'session.json'), JSON.stringify(session));
  writeFileSync(join(run.folder, 'token'), 'hunter2');
  let shown = '';
  const out = (text: string) => {
    shown += text;
  };
  const screen = { format, interactive: false, colour: false, columns: 100, out, err: out } as const;
  await showResult(engine, run, 'finished', { host: { ...context, environment } as unknown as Host, screen });
  return { shown, run };
}

test('an open notebook is shown with its address, its end, and what to type next', async () => {
  const { shown, run } = await shownTo({});
  expect(shown).toContain('  http://127.77.1.2:8888/lab/tree/n.ipynb?token=hunter2\n');
  for (const next of [
    `runs show ${run.id} --url`,
    `clusters renew ${run.id}`,
    `clusters destroy ${run.id}`,
  ]) {
    expect(shown).toContain(`repo2vc ${next}`);
  }
  expect(shown).not.toContain('ssh');
});

test('on a computer that was reached by ssh, the forward to type is shown too', async () => {
  const { shown } = await shownTo({ SSH_CONNECTION: '192.0.2.1 5000 192.0.2.2 22', USER: 'ada' });
  expect(shown).toContain(
    `on the computer where your browser is:\n  ssh -N -L 127.77.1.2:8888:127.77.1.2:8888 ada@${hostname()}\n`,
  );
});

test('machines get one document, without the token', async () => {
  const { shown, run } = await shownTo({ SSH_CONNECTION: 'x' }, 'json');
  expect(JSON.parse(shown)).toMatchObject({ run: run.id, state: 'finished', session: { port: 8888 } });
  expect(shown).not.toContain('hunter2');
});

test('a run that only looked has nothing open, and says that it has finished', async () => {
  const { shown, run } = await shownTo({}, 'plain', { until: 'target' });
  expect(shown).toBe(`Run ${run.id} is finished.\n`);
});
