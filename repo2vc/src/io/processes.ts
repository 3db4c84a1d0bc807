import { spawn } from 'node:child_process';
import { interrupted } from '../failure.ts';

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited beside it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** After this many milliseconds the program's process group is killed; the result says `timedOut`. */
  readonly timeoutMs?: number;
  /** Bytes kept of each stream; more is read and dropped, and the result says `truncated`. Default: 10 MiB. */
  readonly maxBytes?: number;
  /** Called with every whole line of either stream as it comes, without its end; at most 10,000 characters each. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** How a program ended. `code` is null when a signal ended it. */
export interface RunResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
  readonly timedOut: boolean;
}

/**
 * Runs a program to its end, without a shell, in a process group of its own that is killed whole on timeout and on
 * abort (then the Failure `interrupted` is thrown). Rejects with the system error when it cannot be started.
 */
export function run(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const [file = '', ...rest] = argv;
  if (options.signal?.aborted) return Promise.reject(interrupted());
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, {
      cwd: options.cwd,
      env: options.env as NodeJS.ProcessEnv,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let timedOut = false;
    const killGroup = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has just ended
      }
    };
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            killGroup();
          }, options.timeoutMs);
    options.signal?.addEventListener('abort', killGroup, { once: true });
    const stdout = collect(child.stdout, 'stdout', options);
    const stderr = collect(child.stderr, 'stderr', options);
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
    const settle = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', killGroup);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, signal) => {
      settle();
      if (options.signal?.aborted) return reject(interrupted());
      const truncated = stdout.truncated() || stderr.truncated();
      resolve({ code, signal, stdout: stdout.bytes(), stderr: stderr.bytes(), truncated, timedOut });
    });
  });
}

function collect(stream: NodeJS.ReadableStream, name: 'stdout' | 'stderr', options: RunOptions) {
  const limit = options.maxBytes ?? 10 * 1024 * 1024;
  const chunks: Buffer[] = [];
  let kept = 0;
  let dropped = false;
  let line = '';
  stream.on('data', (chunk: Buffer) => {
    const room = limit - kept;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    dropped ||= chunk.length > room;
    kept += Math.min(chunk.length, Math.max(room, 0));
    if (!options.onLine) return;
    const lines = (line + chunk.toString('utf8')).split('\n');
    line = (lines.pop() ?? '').slice(0, 10_000);
    for (const whole of lines) options.onLine(whole.slice(0, 10_000), name);
  });
  stream.on('end', () => {
    if (line !== '') options.onLine?.(line, name);
  });
  return { bytes: () => Buffer.concat(chunks), truncated: () => dropped };
}
