/** A word as a person can paste it into a shell: quoted when it must be. For commands that hints and remedies name. */
export function shellWord(word: string): string {
  return /^[\w./:=@~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
