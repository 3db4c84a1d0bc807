import { readFile } from 'node:fs/promises';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { readIfThere } from '../../io/files.ts';
import { systemCertificates } from '../pip-settings.ts';
import { authorityVariables } from './render.ts';

/**
 * The certificate authorities that images are to trust, as one PEM text: those that the computer's variables name (or
 * the file that its settings name), and those of the computer itself; undefined when none are named. Only certificates
 * are taken of a file. Failure `authorities-unreadable`.
 */
export async function authoritiesOf(context: Context): Promise<string | undefined> {
  const { authorities = 'auto' } = await context.containers();
  if (authorities === 'none') return undefined;
  const named =
    authorities === 'auto'
      ? authorityVariables.flatMap((name) => context.environment[name] ?? [])
      : [authorities];
  if (named.length === 0) return undefined;
  const texts = await Promise.all([...new Set(named)].map(readNamed));
  const own = await Promise.all(systemCertificates.map((path) => readIfThere(path).catch(() => undefined)));
  return joined([...texts, ...own.filter((text) => text !== undefined).slice(0, 1)]);
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Failure('authorities-unreadable', `The certificate authorities in ${path} cannot be read.`, {
      hint: 'Correct the variable that names the file, or say in settings.yaml which to take: containers: { authorities: PATH }, or none.',
      args: { path, variables: [...authorityVariables] },
      cause,
    });
  }
}

/** The certificates of some files, each once: what else is in a file, such as a key, stays there. Pure. */
export function joined(texts: readonly string[]): string {
  const blocks = texts.flatMap((text) => text.match(certificate) ?? []);
  return `${[...new Set(blocks.map((block) => block.replaceAll('\r', '')))].join('\n')}\n`;
}

const certificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;
