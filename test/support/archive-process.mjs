// A process of its own that serves an archive, and kills itself with SIGKILL when told to: before its n-th change of the
// file system. Arguments: the folder, and n (or nothing). Prints one line of JSON when it listens. Ends with its stdin.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [directory, crashAt] = process.argv.slice(2);
let changes = 0;

function countCalls(module, names) {
  for (const name of names) {
    const real = module[name];
    module[name] = (...args) => {
      if (name === 'open' && (args[1] ?? 'r') === 'r') return real(...args);
      if (changes === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
      changes++;
      return real(...args);
    };
  }
}
countCalls(promises, ['mkdir', 'open', 'writeFile', 'rename', 'link', 'rm']);
countCalls(fs, ['createWriteStream']);
syncBuiltinESMExports();

const { serveArchive } = await import('../../repo2vc/dist/archive/serve.js');
const { createToken } = await import('../../repo2vc/dist/archive/folder.js');
const context = {
  emit: () => undefined,
  clock: { now: () => new Date() },
  random: (n) => randomBytes(n).toString('hex').slice(0, n),
  owner: 'tester@here',
};
const archive = await serveArchive({ directory, context });
const token = await createToken(directory, context);
process.stdout.write(`${JSON.stringify({ origin: archive.origin, doiPrefix: archive.doiPrefix, token })}\n`);
process.stdin.on('end', () => process.exit()).resume();
