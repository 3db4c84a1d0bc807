import { PassThrough } from 'node:stream';
import { pack } from 'tar-stream';
import type { ImageEnvironment } from '../../repo2vc/src/model/index.ts';
import { nodeDockerfile } from './base-image.mjs';
import { ask, call } from './engine-api.mjs';
import { engine } from './images.ts';

const name = 'repo2vc-test/node:1';

/** An environment whose image was made without anything of ours. It stays on the engine, like the base that it is made of. */
export async function nodeEnvironment(image?: string): Promise<ImageEnvironment> {
  return {
    ...{ id: '1'.repeat(64), builder: 'image', image: image ?? (await nodeImage()) },
    ...{ user: { uid: 1000, gid: 1000, name: 'jovyan' }, home: '/home/jovyan', entrypoint: [] },
    lock: {
      schemaVersion: 1,
      platform: { os: 'linux', architecture: 'x64', libc: 'glibc' },
      packages: [],
    },
  };
}

/** The id of that image. */
export async function nodeImage(): Promise<string> {
  const host = await engine();
  if ((await call(host, 'GET', `/images/${name}/json`)).status === 404) await build(host);
  return ((await ask(host, 'GET', `/images/${name}/json`)) as { Id: string }).Id;
}

async function build(host: string): Promise<void> {
  const tar = pack();
  tar.entry({ name: 'Dockerfile' }, nodeDockerfile);
  tar.finalize();
  const upload = tar.pipe(new PassThrough());
  const { text: said } = await call(host, 'POST', `/build?t=${name}&networkmode=none&rm=1&forcerm=1`, {
    upload,
  });
  if (said.includes('"error"')) throw new Error(`Building ${name}: ${said}`);
}
