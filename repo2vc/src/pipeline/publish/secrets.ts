import { posix } from 'node:path';
import { Failure } from '../../failure.ts';
import type { FileEntry } from '../../model/index.ts';

const secretNames = [
  /^id_(rsa|dsa|ecdsa|ed25519)$/,
  /\.(pem|key|p12|pfx|kdbx|jks|keystore)$/,
  /^credentials?(\.[a-z]+)?$/,
  /^(secrets?|tokens?)\.(ya?ml|json|toml|ini|txt|env)$/,
  /\.env$/,
];

/** Refuses files whose names say that they hold secrets: what was published once can never be called back. */
export function refuseSecrets(files: readonly FileEntry[], source: string): void {
  const found = files
    .map((file) => file.path)
    .filter((path) => secretNames.some((pattern) => pattern.test(posix.basename(path).toLowerCase())));
  if (found.length === 0) return;
  throw new Failure(
    'secret-file',
    `${source} holds what looks like a secret: ${found.slice(0, 5).join(', ')}. Nothing was sent.`,
    {
      hint: 'Move it out of the folder; if it holds no secret, give it another name.',
      args: { files: found.slice(0, 20) },
    },
  );
}
