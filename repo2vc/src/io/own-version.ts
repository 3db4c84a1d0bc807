import { readFile } from 'node:fs/promises';

/** The version of the repo2vc that runs, which it writes on what it makes. */
export async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
