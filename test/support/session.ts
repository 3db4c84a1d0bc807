import { expect } from 'vitest';
import type { Person } from './cli.ts';

/** A JupyterLab that a command opened. */
export interface OpenSession {
  /** The address that a person was given. */
  readonly url: string;
  readonly token: string;
  /** What the session's server holds at a path of its interface. */
  get(path: string): Promise<unknown>;
  /** Saves a text file in the experiment's folder, as JupyterLab does. */
  write(path: string, content: string): Promise<void>;
}

/**
 * Opens the session of a finished run as a browser would, and sees that it is the right one: the page answers with the
 * token and not without, and the notebook, its data and what the template's steps wrote are there.
 */
export async function openSession(person: Person, run: string): Promise<OpenSession> {
  const { stdout, stderr } = await person.type(['runs', 'show', run, '--url']);
  if (!stdout.startsWith('http')) throw new Error(stderr);
  const url = stdout.trim();
  const token = new URL(url).searchParams.get('token') ?? '';
  expect(token.length).toBeGreaterThan(20);
  const page = await fetch(url, { redirect: 'follow' });
  expect({ status: page.status, host: new URL(page.url).host }).toEqual({
    status: 200,
    host: new URL(url).host,
  });
  expect(await page.text()).toContain('jupyter-config-data');

  const api = (path: string) => new URL(`/api/${path}`, url);
  expect((await fetch(api('contents'))).status).toBe(403);
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
  const get = async (path: string) => {
    const answer = await fetch(api(path), { headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json() as Promise<unknown>;
  };
  const write = async (path: string, content: string) => {
    const body = JSON.stringify({ type: 'file', format: 'text', content });
    const answer = await fetch(api(`contents/${path}`), { method: 'PUT', headers, body });
    expect(answer.status).toBe(201);
  };
  return { url, token, get, write };
}
