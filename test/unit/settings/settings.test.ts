import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  credentialFor,
  removeCredential,
  saveCredential,
} from '../../../repo2vc/src/settings/credentials.ts';
import { archiveFor, loadSettings } from '../../../repo2vc/src/settings/settings.ts';
import { testContext } from '../../support/context.ts';
import { failureOf } from '../../support/failures.ts';

function placesWith(files: Readonly<Record<string, string>> = {}, mode = 0o600) {
  const { places } = testContext();
  mkdirSync(places.config, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(places.config, name), text, { mode });
  return places;
}

describe('settings', () => {
  it('know Zenodo without a file', async () => {
    const { archives } = await loadSettings(placesWith());
    expect(archives.map(({ name, origin }) => `${name} ${origin}`)).toEqual([
      'zenodo https://zenodo.org',
      'zenodo-sandbox https://sandbox.zenodo.org',
    ]);
  });

  it('put what the person says before everything else', async () => {
    const text = `
download: { maxBytes: 1000 }
archives:
  - { name: zenodo, origin: 'https://mirror.example/', doiPrefixes: [10.5281] }
  - { name: lab, origin: 'https://lab.example:8443' }
`;
    const local = {
      name: 'local',
      origin: 'http://127.0.0.1:5000',
      doiPrefixes: ['10.5072/x'],
      directory: '/a',
    };
    await expect(loadSettings(placesWith({ 'settings.yaml': text }), [local])).rejects.toMatchObject({
      code: 'invalid-settings',
    });
    const settings = await loadSettings(
      placesWith({
        'settings.yaml': text.replace('example/', 'example').replace('[10.5281]', "['10.5281']"),
      }),
      [local],
    );
    expect(settings.download?.maxBytes).toBe(1000);
    expect(settings.archives.map(({ name, origin }) => `${name} ${origin}`)).toEqual([
      'zenodo https://mirror.example',
      'lab https://lab.example:8443',
      'local http://127.0.0.1:5000',
      'zenodo-sandbox https://sandbox.zenodo.org',
    ]);
  });

  it('keep a local archive whose port another one has now', async () => {
    const origin = 'http://127.0.0.1:5000';
    const { archives } = await loadSettings(placesWith(), [
      { name: 'local', origin, doiPrefixes: ['10.5072/a'], directory: '/a' },
      { name: 'local-b', origin, doiPrefixes: ['10.5072/b'], directory: '/b' },
    ]);
    expect(archives.map(({ name }) => name)).toEqual(['local', 'local-b', 'zenodo', 'zenodo-sandbox']);
  });

  it.each([
    ['archive: []', 'did you mean "archives"'],
    ['archives: [{ name: Lab, origin: https://lab.example }]', 'archives[0].name'],
    ['archives: [{ name: lab, origin: lab.example }]', 'archives[0].origin'],
    ['archives: [', 'YAML'],
    ['a: &a [1]\narchives: *a', 'YAML'],
    ['- a', 'settings.yaml'],
  ])('that are wrong (%s) name the place', async (text, said) => {
    const failure = await failureOf(() => loadSettings(placesWith({ 'settings.yaml': text })));
    expect(failure).toMatchObject({ code: 'invalid-settings', message: expect.stringContaining(said) });
  });
});

describe('an archive', () => {
  it('is found by name or address', async () => {
    const settings = await loadSettings(placesWith());
    expect(archiveFor(settings, 'zenodo').origin).toBe('https://zenodo.org');
    expect(archiveFor(settings, 'https://sandbox.zenodo.org/deposit').name).toBe('zenodo-sandbox');
    expect(await failureOf(() => archiveFor(settings, 'zenod'))).toMatchObject({
      code: 'unknown-archive',
      hint: 'Did you mean zenodo?',
    });
  });

  it.each([
    ['https://rdm.example.edu/records/7', 'rdm.example.edu', 'https://rdm.example.edu'],
    ['http://127.0.0.1:5000', '127.0.0.1:5000', 'http://127.0.0.1:5000'],
  ])('need not be in the settings when its address is given (%s)', async (address, name, origin) => {
    expect(archiveFor(await loadSettings(placesWith()), address)).toEqual({ name, origin });
  });

  it.each(['http://rdm.example.edu', 'ftp://rdm.example.edu', 'rdm.example.edu'])(
    'is not guessed where a token would travel in the open (%s)',
    async (address) => {
      const settings = await loadSettings(placesWith());
      expect(await failureOf(() => archiveFor(settings, address))).toMatchObject({
        code: 'unknown-archive',
        hint: expect.stringContaining('https://'),
      });
    },
  );
});

describe('credentials', () => {
  it('are kept by origin in a file for the person alone', async () => {
    const places = placesWith();
    expect(await credentialFor(places, 'https://zenodo.org')).toBeUndefined();
    await saveCredential(places, 'https://zenodo.org/', 'S3CRET');
    await saveCredential(places, 'https://other.example', 'OTHER');
    expect(await credentialFor(places, 'https://zenodo.org/records/1')).toBe('S3CRET');
    expect(await credentialFor(places, 'https://sandbox.zenodo.org')).toBeUndefined();
    expect(statSync(join(places.config, 'credentials.yaml')).mode & 0o777).toBe(0o600);
    expect(await removeCredential(places, 'https://zenodo.org')).toBe(true);
    expect(await removeCredential(places, 'https://zenodo.org')).toBe(false);
    expect(await credentialFor(places, 'https://other.example')).toBe('OTHER');
  });

  it('are saved without the blanks around them', async () => {
    const places = placesWith();
    await saveCredential(places, 'https://zenodo.org', ' S3CRET\n');
    expect(await credentialFor(places, 'https://zenodo.org')).toBe('S3CRET');
  });

  it.each(['', ' \n', 'S3 CRET', 'S3CRÉT', 'S3\nCRET'])(
    'that are no token (%j) are not saved',
    async (token) => {
      const places = placesWith();
      await saveCredential(places, 'https://other.example', 'OTHER');
      const failure = await failureOf(() => saveCredential(places, 'https://zenodo.org', token));
      expect(failure).toMatchObject({
        code: 'invalid-token',
        hint: expect.stringContaining('repo2vc login https://zenodo.org'),
      });
      expect(`${failure.message} ${failure.hint}`).not.toContain('CR');
      expect(await credentialFor(places, 'https://zenodo.org')).toBeUndefined();
      expect(await credentialFor(places, 'https://other.example')).toBe('OTHER');
    },
  );

  it('that others may read are not used, and the way out is named', async () => {
    const places = placesWith({ 'credentials.yaml': 'https://zenodo.org: S3CRET\n' }, 0o640);
    const failure = await failureOf(() => credentialFor(places, 'https://zenodo.org'));
    expect(failure).toMatchObject({
      code: 'credentials-exposed',
      hint: expect.stringContaining('chmod 600'),
    });
  });

  it.each(['zenodo: S3CRET', 'https://zenodo.org: [S3CRET]', 'https://zenodo.org: "S3 CRET"', 'S3CRET'])(
    'that are malformed (%s) are not shown',
    async (text) => {
      const failure = await failureOf(() =>
        credentialFor(placesWith({ 'credentials.yaml': text }), 'https://zenodo.org'),
      );
      expect(failure.code).toBe('invalid-settings');
      expect(`${failure.message} ${JSON.stringify(failure.args)}`).not.toContain('CRET');
    },
  );
});
