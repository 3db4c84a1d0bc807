import { expect, test } from 'vitest';
import { parsePipConfig, translate } from '../../../repo2vc/src/builders/pip-settings.ts';
import { localIndexes, sandboxVariables } from '../../../repo2vc/src/builders/prefix/sandbox.ts';
import { baseVariables } from '../../../repo2vc/src/builders/prefix/settings.ts';
import { testContext } from '../../support/context.ts';

test('pip tells its settings; variables beat [install], which beats [global]', () => {
  const text = [
    ":env:.cert='/env.crt'",
    "install.index-url='https://install/simple'",
    "global.index-url='https://global/simple'",
    "global.cert='/global.crt'",
    "global.extra-index-url='\\nhttps://a/simple\\nhttps://b/simple'",
    'global.find-links="/it\'s here"',
    "download.timeout='5'",
    'WARNING: something else',
  ].join('\n');
  expect(parsePipConfig(text)).toEqual({
    cert: '/env.crt',
    'index-url': 'https://install/simple',
    'extra-index-url': '\nhttps://a/simple\nhttps://b/simple',
    'find-links': "/it's here",
  });
});

test("pip's settings become uv's variables", () => {
  const pip = {
    'index-url': 'https://mirror/simple',
    'extra-index-url': '\nhttps://a/simple file:///b/simple',
    'find-links': '/wheels https://c/wheels',
    'trusted-host': 'mirror a',
    'default-timeout': '180',
    cert: '/ca.crt',
    'client-cert': '/me.pem',
    proxy: 'http://proxy:3128',
  };
  expect(translate(pip, {})).toMatchObject({
    UV_DEFAULT_INDEX: 'https://mirror/simple',
    UV_INDEX: 'https://a/simple file:///b/simple',
    UV_INDEX_STRATEGY: 'unsafe-best-match',
    UV_FIND_LINKS: '/wheels,https://c/wheels',
    UV_INSECURE_HOST: 'mirror a',
    UV_HTTP_TIMEOUT: '180',
    SSL_CERT_FILE: '/ca.crt',
    SSL_CLIENT_CERT: '/me.pem',
    ALL_PROXY: 'http://proxy:3128',
  });
});

test("a person's own UV_* variables win", () => {
  const pip = {
    'index-url': 'https://mirror/simple',
    'extra-index-url': 'https://a/simple',
    cert: '/ca.crt',
  };
  const own = {
    UV_INDEX_URL: 'https://mine/simple',
    UV_EXTRA_INDEX_URL: 'https://more/simple',
    SSL_CERT_FILE: '/mine',
  };
  const made = translate(pip, own);
  for (const name of ['UV_DEFAULT_INDEX', 'UV_INDEX', 'SSL_CERT_FILE']) expect(made).not.toHaveProperty(name);
});

test.each([
  [{ 'index-url': 'https://me:hunter2@mirror/simple' }, {}, "pip's setting index-url"],
  [{ 'extra-index-url': 'https://a/simple https://hunter2@b/simple' }, {}, "pip's setting extra-index-url"],
  [{ proxy: 'http://me:hunter2@proxy' }, {}, "pip's setting proxy"],
  [{}, { UV_INDEX: 'https://me:hunter2@mirror/simple' }, 'the variable UV_INDEX'],
  [{}, { UV_FIND_LINKS: '/a,https://me:hunter2@mirror/wheels' }, 'the variable UV_FIND_LINKS'],
])('a setting with a login in it is refused: %j %j', (pip, own, where) => {
  const refused = () => translate(pip, own);
  expect(refused).toThrow(expect.objectContaining({ code: 'credentials-in-settings' }) as Error);
  expect(refused).toThrow(where);
  expect(refused).not.toThrow('hunter2');
});

test('uv sees what it needs and nothing that changes what is built', () => {
  const environment = {
    PATH: '/bin',
    HOME: '/home/me',
    https_proxy: 'http://proxy',
    UV_INDEX_MINE_PASSWORD: 'secret',
    UV_RESOLUTION: 'lowest',
    UV_EXCLUDE_NEWER: '2020-01-01',
    UV_LINK_MODE: 'symlink',
    VIRTUAL_ENV: '/venv',
    PYTHONPATH: '/lib',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const variables = baseVariables(testContext({ environment }));
  expect(Object.keys(variables)).toEqual(
    expect.arrayContaining(['PATH', 'HOME', 'https_proxy', 'UV_INDEX_MINE_PASSWORD', 'UV_CACHE_DIR']),
  );
  for (const name of [
    'UV_RESOLUTION',
    'UV_EXCLUDE_NEWER',
    'UV_LINK_MODE',
    'VIRTUAL_ENV',
    'PYTHONPATH',
    'AWS_SECRET_ACCESS_KEY',
  ]) {
    expect(variables).not.toHaveProperty(name);
  }
  const inside = sandboxVariables({ ...variables, NETRC: '/home/me/.netrc' }, '/build');
  expect(inside).toMatchObject({ HOME: '/tmp', UV_CACHE_DIR: '/build/uv-cache', PATH: '/bin' });
  for (const name of ['NETRC', 'UV_INDEX_MINE_PASSWORD']) expect(inside).not.toHaveProperty(name);
});

test('packages that lie on this computer can be read where source is built', () => {
  const variables = {
    UV_INDEX: 'file:///opt/my%20packages/simple https://a/simple',
    UV_FIND_LINKS: '/wheels,https://b/wheels',
  };
  expect(localIndexes(variables)).toEqual(['/opt/my packages/simple', '/opt/my packages', '/wheels']);
});
