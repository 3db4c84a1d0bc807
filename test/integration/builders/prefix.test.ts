import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prefixBuilder } from '../../../repo2vc/src/builders/prefix/index.ts';
import { run } from '../../../repo2vc/src/io/processes.ts';
import { buildContext, buildTarget, specOf } from '../../support/prefix.ts';

test('builds a prefix, and does not build it again', async () => {
  const context = buildContext();
  const spec = specOf(['six==1.16.0', 'ipykernel']);
  const target = buildTarget(await prefixBuilder.chooseInterpreter('main', spec, context));
  const environment = await prefixBuilder.build('main', spec, target, context);
  expect(environment.lock.packages.find((one) => one.name === 'six')).toMatchObject({ version: '1.16.0' });
  const python = join(environment.prefix, 'bin', 'python');
  const ran = await run([python, '-c', 'import six, ipykernel; print(six.__version__)'], { env: {} });
  expect(ran.stdout.toString()).toBe('1.16.0\n');
  expect((await stat(environment.prefix)).mode & 0o777).toBe(0o755);
  const again = await prefixBuilder.build('main', spec, target, context);
  expect(again).toEqual(environment);
  expect(context.events.map((event) => event.code).filter((code) => code.startsWith('environment'))).toEqual([
    'environment-building',
    'environment-built',
    'environment-reused',
  ]);
}, 180_000);
