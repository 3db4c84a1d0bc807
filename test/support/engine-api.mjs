// Calls to a container engine's API, with nothing of ours between: for setting up, looking and comparing.
import { request } from 'node:http';

/**
 * One call. `upload` is sent as it comes; an object as JSON. Resolves to whatever answer comes.
 * @param {string} host unix:///path of the engine's socket
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {{ body?: unknown, upload?: import('node:stream').Readable, timeoutMs?: number }} [options]
 * @returns {Promise<{ status: number, text: string }>}
 */
export function call(host, method, path, { body, upload, timeoutMs = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const headers = upload
      ? { 'content-type': 'application/x-tar' }
      : body
        ? { 'content-type': 'application/json' }
        : {};
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({ socketPath: socketOf(host), method, path, headers, agent: false, signal });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    if (upload) upload.once('error', reject).pipe(sent);
    else sent.end(body ? JSON.stringify(body) : undefined);
  });
}

/**
 * What an answer says, as JSON; an Error for one that is no success.
 * @param {string} host @param {'GET' | 'POST' | 'DELETE'} method @param {string} path @param {Parameters<typeof call>[3]} [options]
 */
export async function ask(host, method, path, options) {
  const { status, text } = await call(host, method, path, options);
  if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Whether an engine answers there. @param {string} host */
export async function answers(host) {
  if (!host.startsWith('unix://')) return false;
  return call(host, 'GET', '/_ping', { timeoutMs: 5_000 }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** @param {string} host */
function socketOf(host) {
  if (!host.startsWith('unix://')) throw new Error(`${host} is no unix socket`);
  return host.slice('unix://'.length);
}
