import type { KernelMessage, ServerConnection } from '@jupyterlab/services';
import { WebSocket } from 'ws';
import { interrupted } from '../failure.ts';

/** The messages of one running kernel, both ways. */
export interface Channel {
  send(message: KernelMessage.IMessage): void;
  /** Sets who hears every message of the kernel. */
  listen(listener: (message: KernelMessage.IMessage) => void): void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

const protocol = 'v1.kernel.websocket.jupyter.org';

/** Of one message; a server limits the rate of printed text only, and a picture or table comes whole. */
const maxPayload = 256 * 1024 * 1024;

/**
 * Opens the WebSocket of a kernel (Jupyter Server, `api/kernels/ID/channels`). Messages are made and read by
 * `@jupyterlab/services`; its `KernelConnection` is not used, because it prints to stdout, puts the token into the
 * address, and goes on connecting by itself for minutes to a server that is gone.
 */
export function openChannel(
  settings: ServerConnection.ISettings,
  kernel: string,
  session: string,
  signal: AbortSignal,
): Promise<Channel> {
  const url = `${settings.wsUrl}api/kernels/${encodeURIComponent(kernel)}/channels?session_id=${session}`;
  const socket = new WebSocket(url, [protocol], {
    headers: { Authorization: `token ${settings.token}` },
    handshakeTimeout: 60_000,
    maxPayload,
    perMessageDeflate: false,
  });
  socket.binaryType = 'arraybuffer';
  const channel = channelOf(socket, settings);
  return new Promise((resolve, reject) => {
    const stop = () => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('open', () => {
      signal.removeEventListener('abort', stop);
      resolve(channel);
    });
    socket.on('error', (error) => {
      signal.removeEventListener('abort', stop);
      reject(signal.aborted ? interrupted() : error);
    });
  });
}

function channelOf(socket: WebSocket, { serializer }: ServerConnection.ISettings): Channel {
  let heard: (message: KernelMessage.IMessage) => void = () => {};
  socket.on('message', (data: ArrayBuffer | string, isBinary) => {
    try {
      heard(serializer.deserialize((isBinary ? data : String(data)) as ArrayBuffer, socket.protocol));
    } catch {
      // What is no message comes from a server that cannot be trusted with the rest.
      socket.terminate();
    }
  });
  return {
    send: (message) => socket.send(serializer.serialize(message, socket.protocol)),
    listen: (listener) => {
      heard = listener;
    },
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    close: () => socket.terminate(),
  };
}
