import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { Failure } from '../failure.ts';
import type { Screen } from './host.ts';

/** Options that every command understands. */
export interface CommonOptions {
  readonly logFormat?: 'json';
}

/** The screen for the options of one command. */
export function screenOf(options: CommonOptions, process: NodeJS.Process): Screen {
  const { stdin, stdout, stderr, env } = process;
  const json = options.logFormat === 'json';
  const format = json ? 'json' : stderr.isTTY && env.TERM !== 'dumb' && !env.CI ? 'terminal' : 'plain';
  return {
    format,
    interactive: !json && Boolean(stdin.isTTY && stderr.isTTY),
    colour: format === 'terminal' && !env.NO_COLOR,
    columns: stderr.columns ?? 100,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
  };
}

/** Collects a repeatable option. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** `name=value` pairs as an object. The value may hold further equals signs. */
export function pairs(texts: readonly string[], option: string): Record<string, string> {
  const entries = texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw new Failure('usage', `${option} takes name=value, found “${text}”.`, {
      hint: `For instance: ${option} memory=4`,
    });
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Nothing lives longer without being renewed: 31 days. */
const mostMinutes = 31 * 1440;

/** `90`, `90m`, `8h` or `2d` as minutes. */
export function minutesOf(text: string): number {
  const match = /^(\d+)(m|min|h|d)?$/.exec(text.trim());
  const unit = { m: 1, min: 1, h: 60, d: 1440 }[match?.[2] ?? 'm'];
  if (match?.[1] && unit) {
    const minutes = Number(match[1]) * unit;
    if (minutes >= 1 && minutes <= mostMinutes) return minutes;
    throw new Failure('usage', `“${text}” is no time that an environment can live.`, {
      hint: 'Give a minute at least and 31 days at most: 90m, 8h, 2d. It can be renewed.',
    });
  }
  throw new Failure('usage', `“${text}” is not a length of time.`, {
    hint: 'Give minutes, hours or days: 90m, 8h, 2d.',
  });
}

/** The hash that `--confirm` takes. */
export function confirmedHash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new Failure('usage', `“${text}” is not a hash that was shown.`, {
    hint: 'Give the 64 characters that stand beside “Confirm”.',
  });
}

/** Reads `name=path` pairs: the values are the files' contents, without the last line end. */
export function secretsOf(texts: readonly string[]): Map<string, string> {
  const entries = Object.entries(pairs(texts, '--secret-file'));
  return new Map(entries.map(([name, path]) => [name, secretIn(path).replace(/\r?\n$/, '')]));
}

function secretIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure('usage', `The secret in ${path} could not be read.`, {
      hint: 'Give name=FILE, where FILE holds the secret and nothing else: --secret-file token=token.txt',
      cause: error,
    });
  }
}

/** Secret parameters as whoever starts a run writes them to its standard input: one JSON object of texts, or nothing. */
export function secretsIn(text: string): Map<string, string> {
  const found = objectIn(text.trim() || '{}');
  const secrets = Object.entries(found ?? {});
  if (found && secrets.every(([, value]) => typeof value === 'string')) return new Map(secrets);
  // What was read is not shown: it holds secrets.
  throw new Failure('usage', 'What stands on standard input is no JSON object of texts.', {
    hint: 'Write the secrets as, for instance: {"token": "…"}',
  });
}

function objectIn(text: string): Record<string, string> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Adds the options that every command has. */
export function withCommonOptions(command: Command): Command {
  const description = 'json: events as JSON lines on standard error, one result document on standard output';
  return command.addOption(new Option('--log-format <format>', description).choices(['json']));
}
