import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { recordListing } from '../../../repo2vc/src/clusters/bring-home.ts';
import { destroyCluster, observeCluster } from '../../../repo2vc/src/clusters/destroy.ts';
import { packTar, unpackTar } from '../../../repo2vc/src/io/tar.ts';
import { everyProvider } from '../../support/every-provider.ts';

everyProvider(({ provider, kit, started }) => {
  it('brings 100 MB there and back unchanged', async () => {
    const { context, connect } = await started();
    const connection = await connect();
    const file = join(context.folder, 'big');
    writeFileSync(file, randomBytes(100_000_000));
    await connection.put(packTar([{ from: file, path: 'deep/big' }]), 'data');
    expect(
      (await connection.exec(['sh', '-c', 'sha256sum <data/deep/big'])).stdout.toString().slice(0, 64),
    ).toBe(sha256(file));
    const back = join(context.folder, 'back');
    const caps = { maxBytes: 200_000_000, maxFiles: 10, source: 'the node' };
    await unpackTar(Readable.from(await connection.get('data', ['deep/big', 'gone'])), back, caps);
    expect(sha256(join(back, 'deep/big'))).toBe(sha256(file));
  });

  it('brings home what changed, and nothing else, before anything is removed', async () => {
    const { context, id, connect } = await started();
    const connection = await connect();
    for (const name of ['same', 'changed', 'touched', 'removed'])
      writeFileSync(join(context.folder, name), name);
    const files = ['same', 'changed', 'touched', 'removed'].map((name) => ({
      from: join(context.folder, name),
      path: name,
    }));
    await connection.put(packTar(files), 'work');
    await recordListing(connection, 'work');
    const script =
      'echo 2 >changed; touch touched; rm removed; mkdir -p a/.ipynb_checkpoints; echo new >"a/new file"; echo x >a/.ipynb_checkpoints/x; ln -s /etc/passwd link; mkfifo pipe; echo x >../outside; mkdir -p ../cache/deep; touch ../cache/deep/x; chmod -R a-w ../cache';
    expect((await connection.exec(['sh', '-c', script], { cwd: 'work' })).code).toBe(0);
    await destroyCluster(id, provider, {}, context);
    const saved = join(context.places.state, 'saved', id);
    const found = readdirSync(saved, { recursive: true })
      .map(String)
      .filter((path) => lstatSync(join(saved, path)).isFile());
    expect(found.sort()).toEqual(['work/a/new file', 'work/changed']);
    expect(readFileSync(join(saved, 'work/changed'), 'utf8')).toBe('2\n');
  });

  it('shows a secret to the node alone: nothing that is kept, and nobody who looks from outside, has it', async () => {
    const { context, id, connect } = await started();
    const connection = await connect();
    const secret = `s3cret-${randomBytes(8).toString('hex')}`;
    const path = await connection.putSecret('token', secret);
    await connection.startJob('job', ['sh', '-c', 'cat "$1" >/dev/null; sleep 1000', 'sh', path]);
    expect((await connection.exec(['cat', path])).stdout.toString()).toBe(secret);
    expect((await connection.exec(['stat', '-c', '%a', path])).stdout.toString()).toBe('600\n');
    expect(JSON.stringify(await observeCluster(id, provider, context))).not.toContain(secret);
    expect(JSON.stringify(context.events)).not.toContain(secret);
    expect(filesWith(context.folder, secret)).toEqual([]);
    expect(await kit.showing(context, id, secret)).toEqual([]);
  });
});

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function filesWith(folder: string, text: string): string[] {
  const paths = readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path)));
  return paths.filter((path) => lstatSync(path).isFile() && readFileSync(path).includes(text));
}
