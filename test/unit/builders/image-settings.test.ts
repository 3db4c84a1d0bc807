import { describe, expect, test } from 'vitest';
import { settingsFor } from '../../../repo2vc/src/builders/image/host-settings.ts';
import { failureOf } from '../../support/failures.ts';

describe("of the computer's settings for packages", () => {
  test('those that hold everywhere reach uv and pip in a build', () => {
    const pip = {
      'index-url': 'https://mirror.example/simple',
      'extra-index-url': 'https://a/s https://b/s',
    };
    expect(settingsFor({ ...pip, timeout: '60', 'trusted-host': 'a' }, {})).toMatchObject({
      variables: {
        ...{ UV_DEFAULT_INDEX: 'https://mirror.example/simple', UV_INDEX: 'https://a/s https://b/s' },
        ...{ UV_HTTP_TIMEOUT: '60', UV_INSECURE_HOST: 'a', UV_INDEX_STRATEGY: 'unsafe-best-match' },
        ...{ PIP_INDEX_URL: 'https://mirror.example/simple', PIP_EXTRA_INDEX_URL: 'https://a/s https://b/s' },
        ...{ PIP_TIMEOUT: '60', PIP_TRUSTED_HOST: 'a' },
      },
      flags: [],
      leftOut: [],
    });
  });

  test('what lies on this computer is left out, and told', () => {
    const pip = {
      'extra-index-url': 'file:///opt/simple https://b/s',
      'find-links': '/opt/wheels ./more',
      cert: '/etc/ca.pem',
      'no-index': 'true',
    };
    const { variables, flags, leftOut } = settingsFor(pip, {
      UV_DEFAULT_INDEX: 'http://localhost:8080/simple',
    });
    expect(variables).toMatchObject({ UV_INDEX: 'https://b/s', PIP_EXTRA_INDEX_URL: 'https://b/s' });
    expect(Object.keys(variables).filter((name) => /LINKS|SSL|CERT|DEFAULT_INDEX/.test(name))).toEqual([]);
    expect(flags).toEqual(['--no-index']);
    expect(leftOut).toEqual(["pip's extra-index-url", "pip's find-links", 'UV_DEFAULT_INDEX'].sort());
  });
});

describe('proxies', () => {
  test('are handed on under the names that engines keep out of images', () => {
    const environment = {
      HTTPS_PROXY: 'http://p:3128',
      no_proxy: 'localhost,lab',
      ALL_PROXY: 'socks5://p',
      HOME: '/',
    };
    expect(settingsFor({}, environment).proxies).toEqual({
      HTTPS_PROXY: 'http://p:3128',
      no_proxy: 'localhost,lab',
    });
    expect(settingsFor({ proxy: 'http://p:1' }, {}).proxies).toEqual({
      HTTP_PROXY: 'http://p:1',
      HTTPS_PROXY: 'http://p:1',
    });
  });

  test('of this computer alone are left out, and told', () => {
    const environment = { http_proxy: 'http://127.0.0.1:3128', https_proxy: 'localhost:1' };
    expect(settingsFor({}, environment)).toMatchObject({
      proxies: {},
      leftOut: ['http_proxy', 'https_proxy'],
    });
  });

  test('with a login are refused', async () => {
    const failure = await failureOf(() => settingsFor({}, { HTTPS_PROXY: 'http://me:hunter2@p:3128' }));
    expect(failure).toMatchObject({
      code: 'credentials-in-settings',
      args: { setting: 'the variable HTTPS_PROXY' },
    });
    expect(`${failure.message} ${failure.hint}`).not.toContain('hunter2');
    const index = { 'index-url': 'https://me:hunter2@mirror/simple' };
    expect(await failureOf(() => settingsFor(index, {}))).toMatchObject({ code: 'credentials-in-settings' });
  });
});
