import { readFile } from 'node:fs/promises';

const texts = new Map<string, Promise<string>>();

/** The text of a script of node-side, which a node is given as an argument: nothing of ours lies in its image. */
export function scriptText(name: string): Promise<string> {
  const before = texts.get(name);
  if (before !== undefined) return before;
  const text = readFile(new URL(`../../../../node-side/${name}`, import.meta.url), 'utf8');
  texts.set(name, text);
  return text;
}

/** The command line that runs a script which needs the functions of members.sh. */
export async function scriptCommand(name: string, args: readonly string[]): Promise<string[]> {
  const text = `${await scriptText('members.sh')}\n${await scriptText(name)}`;
  return ['sh', '-c', text, name, ...args];
}
