import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownerOf, takeLock } from '../../../repo2vc/src/io/lock.ts';
import { temporaryFolder } from '../../support/context.ts';
import { asPlainUser } from '../../support/users.ts';

describe('the lock of a folder', () => {
  it('is held by one of many who try at once', async () => {
    const folder = temporaryFolder();
    const results = await Promise.all(Array.from({ length: 20 }, () => takeLock(folder)));
    expect(results.filter((result) => 'release' in result)).toHaveLength(1);
  });

  it('is held by one, also when the winner clears the folder while others still try', async () => {
    const folder = temporaryFolder();
    const clear = () => {
      const names = readdirSync(folder);
      for (const name of names.includes('lock.1.json') ? names : [])
        if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
    };
    const clearing = setInterval(clear, 0);
    const tries = Promise.all(Array.from({ length: 50 }, () => takeLock(folder)));
    const results = await tries.finally(() => clearInterval(clearing));
    expect(results.filter((result) => 'release' in result)).toHaveLength(1);
  });

  it('can be taken again once it is released', async () => {
    const folder = temporaryFolder();
    const lock = await takeLock(folder);
    if ('release' in lock) await lock.release();
    expect(await ownerOf(folder)).toBeUndefined();
    expect(await takeLock(folder)).toHaveProperty('release');
  });

  it('can be taken from an owner whose pid now belongs to another process', async () => {
    const folder = temporaryFolder();
    const boot = 'of another start of this computer';
    const dead = { pid: process.pid, startTime: '1', boot, host: hostname(), released: false };
    writeFileSync(join(folder, 'lock.1.json'), JSON.stringify(dead));
    expect(await takeLock(folder)).toHaveProperty('release');
  });

  it('is not taken from an owner on another computer', async () => {
    const folder = temporaryFolder();
    const other = { pid: 1, startTime: '1', boot: 'b', host: 'elsewhere', released: false };
    writeFileSync(join(folder, 'lock.1.json'), JSON.stringify(other));
    expect(await takeLock(folder)).toMatchObject({ owner: { host: 'elsewhere' } });
  });

  it.each(['', '\0\0\0\0', '{"pid": 1'])('can be taken where a power cut left %j of it', async (left) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock.1.json'), left);
    expect(await ownerOf(folder)).toBeUndefined();
    expect(await takeLock(folder)).toHaveProperty('release');
    expect(await ownerOf(folder)).toMatchObject({ pid: process.pid });
  });

  it('says where it may not be made', async () => {
    const folder = temporaryFolder();
    asPlainUser(folder);
    chmodSync(folder, 0o500);
    await expect(takeLock(folder)).rejects.toMatchObject({ code: 'not-writable' });
  });
});
