import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../repo2vc/src/failure.ts';
import type { Http } from '../../../repo2vc/src/io/http.ts';
import { loadDeposit } from '../../../repo2vc/src/pipeline/publish/journal.ts';
import { discardDrafts, draftPublication } from '../../../repo2vc/src/pipeline/publish.ts';
import { startArchive } from '../../support/archive.ts';
import { failureOf } from '../../support/failures.ts';
import { faultyProxy, type Mishap } from '../../support/faulty-proxy.ts';
import {
  byRole,
  desk,
  given,
  publish,
  recordsOf,
  smallFiles,
  unanswered,
  yes,
} from '../../support/publishing.ts';

class Killed extends Error {}

/** Dies at the nth request, before or after the archive has done it; nothing works afterwards. */
function dyingAt(n: number, when: 'before' | 'after'): (http: Http) => Http {
  let count = 0;
  return (http) => ({
    ...http,
    request: async (request) => {
      count += 1;
      if (count > n || (count === n && when === 'before')) throw new Killed();
      const answer = await http.request(request);
      if (count === n) throw new Killed();
      return answer;
    },
  });
}

/** Loses the answer to the nth request, which the archive has done. */
function losing(n: number): (http: Http) => Http {
  let count = 0;
  return (http) => ({
    ...http,
    request: async (request) => {
      count += 1;
      const lost = count === n;
      const answer = await http.request(request);
      if (lost) throw new Failure('connection-failed', 'The connection was cut.', { retryable: true });
      return answer;
    },
  });
}

const counting = () => {
  const seen = { count: 0 };
  const wrap = (http: Http): Http => ({
    ...http,
    request: (request) => {
      seen.count += 1;
      return http.request(request);
    },
  });
  return { seen, wrap };
};

async function requestsOfOne(): Promise<number> {
  const { seen, wrap } = counting();
  const one = await desk({ files: smallFiles(), http: wrap });
  given(await publish(one.request, yes, one.tools));
  return seen.count;
}

describe('a publication that is killed', () => {
  it.each(['before', 'after'] as const)(
    '%s any request goes on to two records and nothing else',
    async (when) => {
      const count = await requestsOfOne();
      for (let n = 1; n <= count; n++) {
        const archive = await startArchive();
        const one = await desk({ archive, files: smallFiles() });
        const dying = { ...one.tools, http: dyingAt(n, when)(one.tools.http) };
        await expect(publish(one.request, yes, dying), `request ${n}`).rejects.toThrow(Killed);
        const { environment, experiment } = byRole(given(await publish(one.request, yes, one.tools)).records);
        const records = await recordsOf(archive);
        expect(new Set(records.map(({ id }) => id)), `request ${n}`).toEqual(
          new Set([environment.recordId, experiment.recordId]),
        );
        expect(records.every((record) => record.is_published)).toBe(true);
        await archive.close();
      }
    },
  );

  it('before any request leaves no draft behind when it is cancelled instead', async () => {
    const count = await requestsOfOne();
    for (let n = 1; n <= count; n++) {
      const archive = await startArchive();
      const one = await desk({ archive, files: smallFiles() });
      const dying = { ...one.tools, http: dyingAt(n, 'after')(one.tools.http) };
      await expect(publish(one.request, yes, dying)).rejects.toThrow(Killed);
      await discardDrafts(one.request, one.tools);
      const drafts = (await recordsOf(archive)).filter((record) => !record.is_published);
      expect(drafts, `request ${n}`).toEqual([]);
      await archive.close();
    }
  });
});

describe('a lost answer', () => {
  it('to any request is survived, at once or when it is tried again', async () => {
    const count = await requestsOfOne();
    for (let n = 1; n <= count; n++) {
      const archive = await startArchive();
      const one = await desk({ archive, files: smallFiles() });
      const unlucky = { ...one.tools, http: losing(n)(one.tools.http) };
      const first = await publish(one.request, yes, unlucky).catch(() => undefined);
      const { records } = given(first ?? (await publish(one.request, yes, one.tools)));
      expect(new Set((await recordsOf(archive)).map(({ id }) => id)), `request ${n}`).toEqual(
        new Set(records.map(({ recordId }) => recordId)),
      );
      await archive.close();
    }
  });
});

describe('an archive in trouble', () => {
  async function troubled(method: string, path: RegExp, mishap: Mishap, times = 1) {
    const archive = await startArchive();
    const proxy = await faultyProxy(archive.origin);
    proxy.fail({ method, path, mishap, times });
    return { archive, proxy, one: await desk({ archive, origin: proxy.origin, files: smallFiles() }) };
  }

  it.each<[string, string, RegExp, Mishap]>([
    ['loses the answer to a new draft', 'POST', /^\/api\/records$/, { dropAnswer: true }],
    ['fails while it makes a draft', 'POST', /^\/api\/records$/, { status: 500 }],
    ['is too busy', 'POST', /^\/api\/records$/, { status: 429, retryAfter: 1 }],
    ['cuts an upload', 'PUT', /\/content$/, { cutRequestAfter: 100 }],
    ['loses the answer to an upload', 'PUT', /\/content$/, { dropAnswer: true }],
    ['loses the answer to a commit', 'POST', /\/commit$/, { dropAnswer: true }],
    ['answers a wrong checksum once', 'POST', /\/commit$/, { wrongChecksum: true }],
    ['loses the answer to a description', 'PUT', /\/draft$/, { dropAnswer: true }],
    ['loses the answer to a publication', 'POST', /\/actions\/publish$/, { dropAnswer: true }],
    ['cuts the answer to a publication', 'POST', /\/actions\/publish$/, { cutAnswerAfter: 10 }],
    ['fails to publish', 'POST', /\/actions\/publish$/, { status: 502 }],
  ])('that %s is published to all the same, once', async (_, method, path, mishap) => {
    const { archive, one } = await troubled(method, path, mishap);
    given(await publish(one.request, yes, one.tools));
    const records = await recordsOf(archive);
    expect(records.map((record) => record.is_published)).toEqual([true, true]);
  });

  it('that never stores what was sent is told so, and nothing becomes public', async () => {
    const { archive, one } = await troubled('POST', /\/commit$/, { wrongChecksum: true }, 100);
    const failure = await failureOf(() => publish(one.request, yes, one.tools));
    expect(failure).toMatchObject({ code: 'checksum-mismatch', retryable: true });
    expect((await recordsOf(archive)).filter((record) => record.is_published)).toEqual([]);
  });

  it('that shows other bytes after publication is found out', async () => {
    const { one } = await troubled('GET', /\/api\/records\/[^/]+\/files$/, { wrongChecksum: true }, 100);
    expect((await failureOf(() => publish(one.request, yes, one.tools))).code).toBe('publication-differs');
  });

  it('between two records is gone on with later, and the first stays as it is', async () => {
    const { archive, one } = await troubled('POST', /never/, { status: 500 });
    const { records } = given(await draftPublication(one.request, unanswered, one.tools));
    const { environment, experiment } = byRole(records);
    const proxy = await faultyProxy(archive.origin);
    const path = new RegExp(`/${experiment.recordId}/draft/actions/publish$`);
    proxy.fail({ method: 'POST', path, mishap: { status: 500 }, times: 100 });
    const settings = { archives: [{ name: 'here', origin: proxy.origin, doiPrefixes: [archive.doiPrefix] }] };
    const http = (await desk({ archive, origin: proxy.origin })).tools.http;
    const unlucky = { ...one.tools, settings, http };
    expect((await failureOf(() => publish(one.request, yes, unlucky))).code).toBe('server-failed');
    expect((await loadDeposit(one.tools.runFolder))?.records.map(({ state }) => state)).toEqual([
      'published',
      'validated',
    ]);
    const after = byRole(given(await publish(one.request, unanswered, one.tools)).records);
    expect([after.environment.doi, after.experiment.doi]).toEqual([environment.doi, experiment.doi]);
    expect(await readdir(one.tools.runFolder)).toEqual(['deposit.json']);
  });
});
