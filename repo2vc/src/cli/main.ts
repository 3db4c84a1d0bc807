#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { type Command, CommanderError } from 'commander';
import { Failure } from '../failure.ts';
import { exitCodeOf, exitCodes } from './exit.ts';
import { hostOf } from './host.ts';
import { screenOf } from './options.ts';
import { program } from './program.ts';
import { showFailure } from './render/failure.ts';

const controller = new AbortController();
setMaxListeners(0, controller.signal);
let interruptions = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    controller.abort(new Failure('interrupted', 'Interrupted.'));
    if (++interruptions > 1) process.exit(exitCodes.interrupted);
  });
}
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** Runs one command; every way of ending passes through here, and only here is the exit code set. */
async function main(argv: readonly string[]): Promise<number> {
  const host = hostOf(process, controller.signal);
  const command: Command = program(host);
  try {
    await command.parseAsync([...argv], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const json = argv.join(' ').includes('--log-format json') || argv.includes('--log-format=json');
    showFailure(error, screenOf(json ? { logFormat: 'json' } : {}, process), host.places);
    return exitCodeOf(error);
  }
}

process.exitCode = await main(process.argv.slice(2));
