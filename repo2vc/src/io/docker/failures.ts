import { Failure, interrupted, isFailure } from '../../failure.ts';
import { textAt } from '../../model/loose.ts';
import { codeOf } from '../files.ts';

/** What was asked of an engine, for the sentence that tells how it went wrong. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** The HTTP status of a Failure `engine-refused`; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  return isFailure(error) && typeof error.args.status === 'number' ? error.args.status : undefined;
}

/** What an engine answers; undefined when what was asked for is not there. */
export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
}

/** The failure for a connection to an engine that could not be made, or broke. */
export function connectionFailure(error: unknown, asked: Asked, host: string): unknown {
  if (asked.signal.aborted) return interrupted();
  if (isFailure(error)) return error;
  const code = codeOf(error) ?? '';
  const options = { args: { host }, cause: error };
  if (code === 'EACCES' || code === 'EPERM') return forbidden(host, options);
  if (absent.has(code)) return noEngine(host, options);
  if (code.startsWith('HPE_')) return notAnEngine(host);
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_OSSL)|^EPROTO$/.test(code)) {
    return new Failure(
      'engine-untrusted',
      `No trusted connection to the container engine at ${host}: ${code}.`,
      {
        hint: 'Look at ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH (or in ~/.docker), and at DOCKER_TLS_VERIFY.',
        ...options,
      },
    );
  }
  if (!broken.has(code)) return error;
  return new Failure(
    'engine-gone',
    `The container engine at ${host} ended the connection during ${asked.method} ${asked.path}.`,
    {
      hint: 'See whether it still runs: docker info. Then run the same command again.',
      retryable: true,
      ...options,
    },
  );
}

const absent = new Set([
  ...['ENOENT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOTSOCK'],
  ...['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTDIR'],
]);
const broken = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNABORTED', 'ABORT_ERR']);

type Options = { readonly args: { readonly host: string }; readonly cause?: unknown };

function forbidden(host: string, options: Options): Failure {
  return new Failure('engine-forbidden', `This user may not use the container engine at ${host}.`, {
    hint: 'Add yourself to its group, which gives the rights of root: sudo usermod -aG docker "$USER"; then log in again. Or install a rootless engine.',
    ...options,
  });
}

function noEngine(host: string, options: Options): Failure {
  return new Failure('no-engine', `No container engine answers at ${host}.`, {
    hint: 'Start it, for instance with: sudo systemctl start docker. To get one: https://docs.docker.com/engine/install/. Where another one runs, set DOCKER_HOST.',
    ...options,
  });
}

/** The failure for an address where something else answers. */
export function notAnEngine(host: string): Failure {
  return new Failure('no-engine', `What answers at ${host} is no container engine.`, {
    hint: 'Set DOCKER_HOST to the address of one, or unset it.',
    args: { host },
  });
}

/** The failure for an engine that says nothing. */
export function silent(asked: Asked, host: string, timeoutMs: number): Failure {
  return new Failure(
    'engine-silent',
    `The container engine at ${host} did not answer ${asked.method} ${asked.path} for ${timeoutMs / 1000} seconds.`,
    {
      hint: 'See whether it hangs: docker info. If it does, restart it, then run the same command again.',
      retryable: true,
      args: { host },
    },
  );
}

/** The failure for an answer of 400 or above; what the engine said of full disks, address pools and ports is told as such. */
export function refusal(status: number, body: string, asked: Asked): Failure {
  const said = saidIn(body);
  const known = kinds.find(({ pattern }) => pattern.test(said));
  const args = { status, said };
  if (known) {
    const { code, hint, retryable } = known;
    return new Failure(code, `The container engine could not go on: ${said}`, { hint, retryable, args });
  }
  return new Failure(
    'engine-refused',
    `The container engine refused ${asked.method} ${asked.path} (${status}): ${said}`,
    {
      hint: 'See its log, for instance with: journalctl -u docker',
      retryable: status >= 500 || status === 429,
      args,
    },
  );
}

const kinds = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'disk-full',
    hint: 'See what the engine keeps with: docker system df. Free some of it, then run the same command again.',
    retryable: false,
  },
  {
    pattern:
      /pool overlaps with other one|could not find an available,? non-overlapping|subnet .* is already used/i,
    code: 'no-subnet',
    hint: 'Remove networks that nobody uses any more: docker network prune',
    retryable: true,
  },
  {
    pattern: /port is already allocated|address already in use|failed to bind (host )?port/i,
    code: 'port-taken',
    hint: 'Run the same command again: another address is chosen.',
    retryable: true,
  },
] as const;

/** The message of a JSON answer, or the first words of anything else: a proxy answers with a page. */
function saidIn(body: string): string {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = undefined;
  }
  const text = textAt(json, 'message') ?? textAt(json, 'cause') ?? body.replace(/<[^>]*>/g, ' ');
  const plain = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return plain.slice(0, 1000) || 'it did not say why';
}
