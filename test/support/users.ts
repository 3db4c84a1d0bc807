import { chownSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** Makes the rest of a test run as somebody who owns `folder` and is not root, for whom no folder is closed. */
export function asPlainUser(folder: string): void {
  if (process.getuid?.() !== 0) return;
  chownSync(folder, 65_534, 65_534);
  process.seteuid?.(65_534);
  onTestFinished(() => process.seteuid?.(0));
}
