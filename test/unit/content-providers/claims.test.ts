import { describe, expect, it } from 'vitest';
import { claims as git } from '../../../repo2vc/src/content-providers/git/claims.ts';
import { claims as invenioRdm, landing } from '../../../repo2vc/src/content-providers/invenio-rdm/claims.ts';
import { claims as local } from '../../../repo2vc/src/content-providers/local/claims.ts';

const context = {
  archives: [
    { name: 'zenodo', origin: 'https://zenodo.org' },
    { name: 'lan', origin: 'http://archive.lan' },
    { name: 'forge-archive', origin: 'https://git.archive.example' },
  ],
  workingDirectory: '/home/ada/work',
  home: '/home/ada',
};

describe('git', () => {
  it.each([
    ['https://github.com/ada/engine', 'https://github.com/ada/engine', undefined],
    ['https://github.com/ada/engine/', 'https://github.com/ada/engine', undefined],
    ['https://github.com/ada/engine/tree/v1.0/sub', 'https://github.com/ada/engine', 'v1.0/sub'],
    ['https://github.com/ada/engine/tree/feature/tree/x', 'https://github.com/ada/engine', 'feature/tree/x'],
    ['https://github.com/ada/engine@v1.0', 'https://github.com/ada/engine', 'v1.0'],
    ['https://gitlab.example.org/a/b/c/-/tree/main', 'https://gitlab.example.org/a/b/c', 'main'],
    ['https://codeberg.org/ada/engine/src/branch/dev', 'https://codeberg.org/ada/engine', 'dev'],
    ['https://anything.example/x.git', 'https://anything.example/x.git', undefined],
    ['https://anything.example/deep/x.git@main', 'https://anything.example/deep/x.git', 'main'],
    ['git@github.com:ada/engine.git', 'git@github.com:ada/engine.git', undefined],
    ['git@github.com:ada/engine.git@v2', 'git@github.com:ada/engine.git', 'v2'],
    ['ssh://git@host.example:2222/ada/engine', 'ssh://git@host.example:2222/ada/engine', undefined],
    ['ssh://git@host.example/ada/engine@main', 'ssh://git@host.example/ada/engine', 'main'],
    ['file:///srv/engine', 'file:///srv/engine', undefined],
    ['file:///srv/engine@abc123', 'file:///srv/engine', 'abc123'],
  ])('reads %s', (text, url, ref) => {
    expect(git(text, context)).toEqual({ schemaVersion: 1, kind: 'git', text, url, ...(ref && { ref }) });
  });

  it.each([
    'https://zenodo.org/records/1',
    'https://git.archive.example/ada/engine',
    'https://figshare.com/articles/123',
    'https://github.com/ada',
    'https://github.com/ada/engine/blob/main/a.ipynb',
    'https://ada:pass@github.com/ada/engine',
    'https://token@github.com/ada/engine',
    'http://github.com/ada/engine',
    'ext::sh -c touch% /tmp/x',
    'git://github.com/ada/engine',
    '-uhttps://github.com/ada/engine',
    '--upload-pack=x',
    'ssh://-oProxyCommand=x/y',
    '-oProxyCommand=x@host:y',
    'git@-oProxyCommand=x:y',
    'file://elsewhere/srv/engine',
    'https://github.com/ada/engine@-x',
    'https://github.com/ada/engine@a:b',
    './engine',
    '10.5281/zenodo.1',
  ])('leaves %s alone', (text) => {
    expect(git(text, context)).toBeUndefined();
  });
});

describe('invenio-rdm', () => {
  it.each([
    ['https://zenodo.org/records/123', 'https://zenodo.org', '123', undefined],
    ['https://zenodo.org/record/123', 'https://zenodo.org', '123', undefined],
    ['https://zenodo.org/records/123/files/a.csv', 'https://zenodo.org', '123', undefined],
    ['https://zenodo.org/api/records/123', 'https://zenodo.org', '123', undefined],
    ['https://zenodo.org/doi/10.5281/zenodo.123', 'https://zenodo.org', '123', '10.5281/zenodo.123'],
    ['https://zenodo.org/doi/10.5281%2Fzenodo.123', 'https://zenodo.org', '123', '10.5281/zenodo.123'],
    ['https://zenodo.org/doi/10.1103/X.99.123', 'https://zenodo.org', '123', '10.1103/x.99.123'],
    [
      'https://repository.example/records/ha4g3-7x208',
      'https://repository.example',
      'ha4g3-7x208',
      undefined,
    ],
    ['https://r.example/doi/10.1234/ha4g3-7x208', 'https://r.example', 'ha4g3-7x208', '10.1234/ha4g3-7x208'],
    ['http://repository.example/records/a1', 'https://repository.example', 'a1', undefined],
    ['http://archive.lan/records/a1', 'http://archive.lan', 'a1', undefined],
    ['http://127.0.0.1:5000/records/a1', 'http://127.0.0.1:5000', 'a1', undefined],
  ])('reads %s', (text, origin, recordId, doi) => {
    const kind = 'invenio-rdm';
    const expected = { schemaVersion: 1, kind, text, origin, recordId, ...(doi && { doi }) };
    expect(invenioRdm(text, context)).toEqual(expected);
  });

  it.each([
    'https://zenodo.org/',
    'https://zenodo.org/records/',
    'https://zenodo.org/communities/x',
    'https://zenodo.org/records/..%2f..',
    'zenodo.org/records/1',
    '10.5281/zenodo.1',
    '/records/1',
    'ftp://zenodo.org/records/1',
  ])('leaves %s alone', (text) => {
    expect(invenioRdm(text, context)).toBeUndefined();
  });

  it.each([
    'https://zenodo.org/records/1?token=S3CRET',
    'https://zenodo.org/records/1#S3CRET',
    'https://:S3CRET@zenodo.org/records/1',
  ])('keeps no secret of %s', (text) => {
    expect(JSON.stringify(invenioRdm(text, context))).not.toContain('S3CRET');
  });

  it('knows the page that a DOI leads to', () => {
    expect(landing('https://zenodo.org/doi/10.5281/zenodo.7', '10.5281/zenodo.7', context)).toMatchObject({
      recordId: '7',
      doi: '10.5281/zenodo.7',
    });
    expect(landing('https://figshare.com/articles/7', '10.6084/m9.figshare.7', context)).toBeUndefined();
    const there = landing('http://archive.lan/records/7', '10.1234/7', context);
    expect(there?.origin).toBe('http://archive.lan');
  });
});

describe('local', () => {
  it.each([
    ['/srv/x', '/srv/x', undefined],
    ['.', '/home/ada/work', undefined],
    ['./x/', '/home/ada/work/x', undefined],
    ['../x', '/home/ada/x', undefined],
    ['~/x', '/home/ada/x', undefined],
    ['x', '/home/ada/work/x', undefined],
    ['examples/one node', '/home/ada/work/examples/one node', undefined],
    ['a.ipynb', '/home/ada/work', 'a.ipynb'],
    ['/srv/x/a.ipynb', '/srv/x', 'a.ipynb'],
  ])('reads %s', (text, path, notebook) => {
    expect(local(text, context)).toEqual({
      schemaVersion: 1,
      kind: 'local',
      text,
      path,
      ...(notebook && { notebook }),
    });
  });

  it.each([
    '',
    '-x',
    'https://zenodo.org/records/1',
    'htps://zenodo.org/records/1',
    'zenodo.org/records/1',
    '10.5281/zenodo.1',
    '10.5281',
    'doi:10.5281/zenodo.1',
    'git@github.com:ada/engine.git',
    'a\0b',
    'a\nb',
  ])('leaves %j alone', (text) => {
    expect(local(text, context)).toBeUndefined();
  });
});
