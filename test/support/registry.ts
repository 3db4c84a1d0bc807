import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';

/** A registry of images on loopback, which engines trust there. */
export interface Registry {
  /** `127.0.0.1:PORT/tiny:1` */
  readonly name: string;
  /** Puts an image with this one file under the name; gives its digest. */
  put(text: string): Promise<string>;
  /** Ends it, as a network does. */
  end(): Promise<void>;
}

/** A registry (https://distribution.github.io/distribution/spec/api/) with one image of one file, which can change. */
export async function registry(): Promise<Registry> {
  const blobs = new Map<string, { readonly bytes: Buffer; readonly type: string }>();
  let newest = '';
  const server = createServer((request, answer) => {
    const [, kind = '', what = ''] = /^\/v2\/tiny\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
    const digest = kind === 'manifests' && what === '1' ? newest : what;
    const found = blobs.get(digest);
    if (request.url === '/v2/') answer.end('{}');
    else if (!found) answer.writeHead(404).end('{}');
    else {
      const headers = {
        'Content-Type': found.type,
        'Docker-Content-Digest': digest,
        'Content-Length': found.bytes.length,
      };
      answer.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : found.bytes);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const add = (bytes: Buffer, type = 'application/octet-stream') => {
    const digest = digestOf(bytes);
    blobs.set(digest, { bytes, type });
    return { digest, size: bytes.length };
  };
  const end = async () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(end);
  return {
    name: `127.0.0.1:${(server.address() as AddressInfo).port}/tiny:1`,
    put: async (text) => {
      const layer = await tarOf('file', text);
      const config = add(Buffer.from(JSON.stringify(configOf(digestOf(layer)))));
      const types = 'application/vnd.docker';
      const manifest = {
        ...{ schemaVersion: 2, mediaType: `${types}.distribution.manifest.v2+json` },
        config: { mediaType: `${types}.container.image.v1+json`, ...config },
        layers: [{ mediaType: `${types}.image.rootfs.diff.tar.gzip`, ...add(gzipSync(layer)) }],
      };
      newest = add(Buffer.from(JSON.stringify(manifest)), manifest.mediaType).digest;
      return newest;
    },
    end,
  };
}

const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function configOf(layer: string) {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return {
    architecture,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer] },
    history: [{}],
  };
}

async function tarOf(name: string, text: string): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name }, text);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
