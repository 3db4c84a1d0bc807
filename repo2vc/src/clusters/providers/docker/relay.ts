import { Duplex } from 'node:stream';

/** The frames of node-side/relay.py, which says what they mean. */
const kinds = { open: 1, data: 2, end: 3, reset: 4, credit: 5, ready: 6 } as const;
const headBytes = 9;
/** What is sent at most before the other side has taken it. */
const windowBytes = 256 * 1024;

/** Sends one frame. `length` is that of the data unless it is given. */
type Send = (kind: number, connection: number, data?: Buffer, length?: number) => void;

/** Our end of a relay: frames in, connections out. */
export interface RelayEnd {
  /** Takes what the relay says. */
  take(chunk: Buffer): void;
  /** Ends all connections: the relay is gone. */
  close(): void;
}

/** Speaks with a relay. `onReady` is called when it listens, `onOpen` with each connection of a program on the node. */
export function relayEnd(
  write: (bytes: Buffer) => void,
  onReady: () => void,
  onOpen: (connection: Duplex) => void,
): RelayEnd {
  const open = new Map<number, Carried>();
  const send: Send = (kind, connection, data = Buffer.alloc(0), length = data.length) => {
    const head = Buffer.alloc(headBytes);
    head.writeUInt8(kind, 0);
    head.writeUInt32BE(connection, 1);
    head.writeUInt32BE(length, 5);
    write(Buffer.concat([head, data]));
  };
  const handle = (kind: number, number: number, length: number, data: Buffer): void => {
    if (kind === kinds.ready) return onReady();
    if (kind === kinds.open) {
      const made = new Carried(number, send, () => open.delete(number));
      open.set(number, made);
      return onOpen(made);
    }
    const connection = open.get(number);
    if (kind === kinds.data) connection?.receive(data);
    else if (kind === kinds.end) connection?.receive(null);
    else if (kind === kinds.credit) connection?.allow(length);
    else if (kind === kinds.reset) connection?.destroy();
  };
  return {
    take: frameReader(handle),
    close: () => {
      for (const connection of open.values()) connection.destroy();
    },
  };
}

function frameReader(
  handle: (kind: number, connection: number, length: number, data: Buffer) => void,
): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= headBytes) {
      const [kind, length] = [rest.readUInt8(0), rest.readUInt32BE(5)];
      const end = headBytes + (kind === kinds.data ? length : 0);
      if (rest.length < end) return;
      const [connection, data] = [rest.readUInt32BE(1), rest.subarray(headBytes, end)];
      rest = rest.subarray(end);
      handle(kind, connection, length, data);
    }
  };
}

/** One connection of a program on the node, as our server sees it. */
class Carried extends Duplex {
  readonly #number: number;
  readonly #send: Send;
  readonly #ended: () => void;
  #credit = windowBytes;
  #taken = 0;
  #waiting: { data: Buffer; done: () => void } | undefined;

  constructor(number: number, send: Send, ended: () => void) {
    super();
    this.#number = number;
    this.#send = send;
    this.#ended = ended;
  }

  /** Data from the program; null: no more comes. */
  receive(data: Buffer | null): void {
    this.#taken += data?.length ?? 0;
    this.push(data);
  }

  /** The program has taken so many bytes. */
  allow(bytes: number): void {
    this.#credit += bytes;
    this.#go();
  }

  override _read(): void {
    // Asked for more: what was received has been read.
    if (this.#taken > 0) this.#send(kinds.credit, this.#number, undefined, this.#taken);
    this.#taken = 0;
  }

  override _write(data: Buffer, _encoding: string, done: () => void): void {
    this.#waiting = { data, done };
    this.#go();
  }

  #go(): void {
    const waiting = this.#waiting;
    if (!waiting || this.#credit === 0) return;
    const piece = waiting.data.subarray(0, this.#credit);
    this.#credit -= piece.length;
    this.#send(kinds.data, this.#number, piece);
    const rest = waiting.data.subarray(piece.length);
    this.#waiting = rest.length > 0 ? { ...waiting, data: rest } : undefined;
    if (rest.length === 0) waiting.done();
  }

  override _final(done: () => void): void {
    this.#send(kinds.end, this.#number);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.readableEnded || !this.writableFinished) this.#send(kinds.reset, this.#number);
    this.#ended();
    done(error);
  }
}
