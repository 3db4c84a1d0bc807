import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHttp, type Http, type HttpRequest } from '../../../repo2vc/src/io/http.ts';
import { type ArchiveSetting, parserOf, type Reference } from '../../../repo2vc/src/model/index.ts';
import { resolve } from '../../../repo2vc/src/pipeline/resolve.ts';
import { failureOf } from '../../support/failures.ts';
import { fetchTools } from '../../support/fetching.ts';
import { sendJson, serve, type TestServer } from '../../support/http.ts';
import { recorded } from '../../support/recorded-archive.ts';

const zenodo: ArchiveSetting = { name: 'zenodo', origin: 'https://zenodo.org' };
const doi = '10.5281/zenodo.12345';

/** A resolver that leads to `landing`, or knows no DOI at all. */
function resolver(landing?: string): Promise<TestServer> {
  return serve((_request, response) => {
    if (landing === undefined) sendJson(response, 404, recorded('handle-unknown'));
    else sendJson(response, 200, recorded('handle', { landing }));
  });
}

/** Sends what is meant for https://doi.org to a server of this computer; nothing else is let out. */
function insteadOfDoiOrg(http: Http, server: TestServer): Http {
  return {
    ...http,
    request: (request: HttpRequest) =>
      http.request({ ...request, url: request.url.replace('https://doi.org', server.origin) }),
  };
}

async function resolveWith(text: string, server: TestServer, archives: readonly ArchiveSetting[] = [zenodo]) {
  const tools = fetchTools({ archives: [...archives] });
  return { tools, work: () => resolve(text, { ...tools, http: insteadOfDoiOrg(tools.http, server) }) };
}

describe('a DOI', () => {
  it.each([
    doi,
    `doi:${doi}`,
    `https://doi.org/${doi}`,
    'https://doi.org/10.5281%2FZENODO.12345',
    `http://dx.doi.org/${doi}`,
  ])('as %s is looked up with one request', async (text) => {
    const server = await resolver(`https://zenodo.org/doi/${doi}`);
    const { work, tools } = await resolveWith(text, server);
    const reference = await work();
    expect(reference).toEqual({
      schemaVersion: 1,
      kind: 'invenio-rdm',
      text,
      origin: 'https://zenodo.org',
      recordId: '12345',
      doi,
    });
    parserOf<Reference>('reference.schema.json')(reference, 'the reference');
    expect(server.seen.map(({ url }) => url)).toEqual([`/api/handles/${doi}`]);
    expect(tools.events).toEqual([{ code: 'resolver-asked', args: { doi, origin: 'https://doi.org' } }]);
  });

  it('goes no further than its resolver: the record is not asked for yet', async () => {
    const archive = await serve((_request, response) => sendJson(response, 500, {}));
    const { work } = await resolveWith(doi, await resolver(`${archive.origin}/records/12345`));
    await work();
    expect(archive.seen).toEqual([]);
  });

  it('of a local archive is asked of that archive alone', async () => {
    const archive = await serve((request, response) => {
      if (request.url === '/doi.org/api/handles/10.5072/abc.1') {
        sendJson(response, 200, recorded('handle', { landing: `http://${request.headers.host}/records/1` }));
      } else sendJson(response, 404, recorded('handle-unknown'));
    });
    const elsewhere = await resolver();
    const local = {
      name: 'local',
      origin: archive.origin,
      doiPrefixes: ['10.5072/abc.'],
      directory: '/srv/archive',
    };
    const { work } = await resolveWith('10.5072/ABC.1', elsewhere, [zenodo, local]);
    await expect(work()).resolves.toMatchObject({
      origin: archive.origin,
      recordId: '1',
      doi: '10.5072/abc.1',
    });
    expect(elsewhere.seen).toEqual([]);
    const unknown = await resolveWith('10.5072/abc.2', elsewhere, [zenodo, local]);
    expect((await failureOf(unknown.work)).code).toBe('unknown-doi');
    const foreign = await resolveWith('10.5072/xyz.1', elsewhere, [zenodo, local]);
    expect((await failureOf(foreign.work)).code).toBe('unknown-doi');
    expect(elsewhere.seen).toHaveLength(1);
  });

  it('of a configured archive is found by its page there', async () => {
    const archive = await serve((request, response) => {
      if (request.url === '/doi/10.1234/ha4g3-7x208') {
        response.writeHead(302, { location: '/records/ha4g3-7x208' }).end();
      } else response.writeHead(404).end();
    });
    const lab = { name: 'lab', origin: archive.origin, doiPrefixes: ['10.1234'] };
    const { work } = await resolveWith('10.1234/ha4g3-7x208', await resolver(), [lab]);
    await expect(work()).resolves.toMatchObject({ origin: archive.origin, recordId: 'ha4g3-7x208' });
    const unknown = await resolveWith('10.1234/nothing', await resolver(), [lab]);
    expect((await failureOf(unknown.work)).code).toBe('unknown-doi');
    const other = await resolveWith('10.12345/x', await resolver(), [lab]);
    expect((await failureOf(other.work)).args.origin).not.toBe(archive.origin);
  });
});

describe('a DOI that leads nowhere', () => {
  it('is not looked for on the net when a local archive made it that is not known here', async () => {
    const doiOrg = await resolver();
    const { work } = await resolveWith('10.5072/repo2vc.abcd1234.x1-y2', doiOrg);
    const failure = await failureOf(work);
    expect(failure.code).toBe('unknown-doi');
    expect(failure.hint).toContain('10.5072/repo2vc.abcd1234"');
    expect(failure.hint).toContain('ssh -N -L PORT:127.0.0.1:PORT HOST');
    expect(doiOrg.seen).toEqual([]);
  });

  it('is unknown', async () => {
    const { work } = await resolveWith(doi, await resolver());
    expect(await failureOf(work)).toMatchObject({ code: 'unknown-doi', args: { doi } });
  });

  it('leads to an archive that cannot be read', async () => {
    const { work } = await resolveWith(
      '10.6084/m9.figshare.7',
      await resolver('https://figshare.com/articles/7'),
    );
    expect(await failureOf(work)).toMatchObject({
      code: 'unsupported-archive',
      message: expect.stringContaining('figshare.com'),
    });
  });

  it('leads to no address at all', async () => {
    const { work } = await resolveWith(doi, await resolver('not an address'));
    expect((await failureOf(work)).code).toBe('unsupported-archive');
  });

  it('belongs to a local archive that is not running: how to start it', async () => {
    const gone = {
      name: 'local',
      origin: 'http://127.0.0.1:9',
      doiPrefixes: ['10.5072/abc.'],
      directory: '/srv/a b',
    };
    const { work } = await resolveWith('10.5072/abc.1', await resolver(), [gone]);
    expect(await failureOf(work)).toMatchObject({
      code: 'archive-not-running',
      hint: expect.stringContaining("repo2vc archive serve --dir '/srv/a b'"),
    });
  });

  it('belongs to a local archive whose port another one has', async () => {
    const server = await resolver();
    const archive = (name: string) => ({
      name,
      origin: server.origin,
      doiPrefixes: [`10.5072/${name}.`],
      directory: `/${name}`,
    });
    const { work } = await resolveWith('10.5072/old.1', server, [archive('new'), archive('old')]);
    expect(await failureOf(work)).toMatchObject({ code: 'archive-not-running', args: { directory: '/old' } });
    expect(server.seen).toEqual([]);
  });

  it('cannot be looked up without a network', async () => {
    const tools = fetchTools({ archives: [zenodo] });
    const environment = { HTTPS_PROXY: 'http://127.0.0.1:9' };
    const http = createHttp({
      ...tools,
      environment,
      userAgent: 'test',
      credentialFor: async () => undefined,
      allowPrivate: () => false,
    });
    expect(await failureOf(() => resolve(doi, { ...tools, http }))).toMatchObject({
      code: 'connection-failed',
      retryable: true,
    });
  });
});

describe('what is no DOI', () => {
  it.each([
    ['https://zenodo.org/records/7', { kind: 'invenio-rdm', recordId: '7' }],
    ['https://lab.example/records/abc', { kind: 'invenio-rdm', origin: 'https://lab.example' }],
    ['https://github.com/ada/engine', { kind: 'git' }],
    ['git@host.example:ada/engine.git', { kind: 'git' }],
    ['file:///srv/engine', { kind: 'git' }],
    ['./x', { kind: 'local' }],
    ['x.ipynb', { kind: 'local', notebook: 'x.ipynb' }],
    ['somewhere', { kind: 'local' }],
  ])('%s is read without any request', async (text, expected) => {
    const server = await resolver();
    const { work } = await resolveWith(text, server);
    await expect(work()).resolves.toMatchObject(expected);
    expect(server.seen).toEqual([]);
  });

  it('may be a folder with the name of a word', async () => {
    const { work, tools } = await resolveWith('somewhere', await resolver());
    mkdirSync(join(tools.workingDirectory, 'somewhere'));
    await expect(work()).resolves.toMatchObject({ path: join(tools.workingDirectory, 'somewhere') });
  });

  it.each([
    ['', /a DOI/],
    ['10.5281', /a DOI/],
    ['doi:zenodo.7', /a DOI/],
    ['10.52/zenodo.7', /a DOI/],
    ['see 10.5281/zenodo.7 for it.', /mean 10\.5281\/zenodo\.7\?/],
    ['htps://doi.org/10.5281/zenodo.7', /mean 10\.5281\/zenodo\.7\?/],
    ['zenodo.org/records/7', /mean https:\/\/zenodo\.org\/records\/7\?/],
    ['htps://zenodo.org/records/7', /mean https:\/\/zenodo\.org\/records\/7\?/],
    ['https://forge.example/ada/engine', /mean https:\/\/forge\.example\/ada\/engine\.git\?/],
    ['ftp://x.example/y', /a DOI/],
    ['--help', /a DOI/],
  ])('and nothing else either (%j) is malformed', async (text, hint) => {
    const server = await resolver();
    const { work } = await resolveWith(text, server);
    expect(await failureOf(work)).toMatchObject({
      code: 'malformed-reference',
      hint: expect.stringMatching(hint),
    });
    expect(server.seen).toEqual([]);
  });

  it('shows no password', async () => {
    const { work } = await resolveWith('https://ada:S3CRET@forge.example/ada/engine.git', await resolver());
    const failure = await failureOf(work);
    expect(`${failure.message} ${failure.hint} ${JSON.stringify(failure.args)}`).not.toContain('S3CRET');
  });
});
