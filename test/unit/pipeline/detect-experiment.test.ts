import { expect, describe as group, test } from 'vitest';
import type { Snapshot } from '../../../repo2vc/src/model/index.ts';
import { codes, detected, refusal, using } from '../../support/detection.ts';
import { experiment, notebookText } from '../../support/notebook.ts';

group('the experiment notebook', () => {
  const plain = notebookText(['# N']);
  const described = { 'requirements.txt': '' };

  test('is the one that was named, or the experiment, or the only one at the top, or the only one', async () => {
    const several = { ...described, 'a.ipynb': plain, 'b.ipynb': plain };
    expect((await detected(several, { notebook: 'b.ipynb' })).entry).toBe('b.ipynb');
    expect((await detected({ ...several, 'sub/c.ipynb': notebookText([], experiment()) })).entry).toBe(
      'sub/c.ipynb',
    );
    expect((await detected({ ...described, 'a.ipynb': plain, 'sub/b.ipynb': plain })).entry).toBe('a.ipynb');
    expect(
      (await detected({ ...described, 'sub/b.ipynb': plain, '.ipynb_checkpoints/x.ipynb': plain })).entry,
    ).toBe('sub/b.ipynb');
  });

  test('is asked for when there are several', async () => {
    const failure = await refusal({ ...described, 'a.ipynb': plain, 'b.ipynb': plain });
    expect(failure.code).toBe('ambiguous-notebook');
    expect(failure.message).toContain('a.ipynb, b.ipynb');
    expect(failure.hint).toContain('repo2vc reproduce "/experiment/a.ipynb"');
  });

  test('must be there, and be a notebook', async () => {
    expect((await refusal({ ...described, 'a.ipynb': plain }, { notebook: 'b.ipynb' })).code).toBe(
      'notebook-not-found',
    );
    expect((await refusal({ ...described, 'a.ipynb': 'x' }, { notebook: 'a.ipynb' })).code).toBe(
      'not-a-notebook',
    );
    const old = JSON.stringify({ nbformat: 2, worksheets: [] });
    expect((await refusal({ ...described, 'a.ipynb': old })).code).toBe('unsupported-notebook');
  });

  test('must be somewhere', async () => {
    for (const hidden of [{}, { '.ipynb_checkpoints/a.ipynb': plain }]) {
      const failure = await refusal({ ...described, 'data.csv': '1', ...hidden });
      expect(failure.code).toBe('no-notebook');
      expect(failure.message).toContain('data.csv, requirements.txt');
    }
    expect((await refusal({ 'data.csv': '1' })).code).toBe('no-notebook');
    expect((await refusal({ Dockerfile: 'FROM debian' })).code).toBe('no-notebook');
  });

  test('is found among notebooks that cannot be read', async () => {
    const found = await detected({ ...described, 'a.ipynb': plain, 'broken.ipynb': '' });
    expect(found.entry).toBe('a.ipynb');
    expect(found.reasons).toContainEqual({
      code: 'notebook-ignored',
      args: { file: 'broken.ipynb', why: 'not-a-notebook' },
    });
  });
});

group('data that the experiment used', () => {
  const data = (name: string, more = {}) => ({ role: 'data', doi: `10.5072/${name}`, ...more });
  const described = { 'requirements.txt': '' };

  test('is fetched and placed where the notebook expects it', async () => {
    const notebook = notebookText(['# N'], experiment(data('a'), data('b', { into: 'input/b' })));
    const records = { '10.5072/a': [{ 'a.csv': '1' }], '10.5072/b': [{ 'b.csv': '2' }] } as const;
    const found = await detected({ ...described, 'paper/n.ipynb': notebook }, {}, records);
    expect(found.fetched).toEqual(['10.5072/a -> used/data-1', '10.5072/b -> used/data-2']);
    expect(found.data.map(({ into, snapshot }) => [into, snapshot.doi])).toEqual([
      ['paper/data', '10.5072/a'],
      ['paper/input/b', '10.5072/b'],
    ]);
    expect(codes(found)).toEqual(['buildpack-applies', 'data-used', 'data-used']);
  });

  test('is there already when it is a folder beside the notebook', async () => {
    const files = { ...described, ...using({ role: 'data', path: 'input' }), 'input/a.csv': '1' };
    const found = await detected(files);
    expect(found.data).toEqual([]);
    expect(found.reasons).toContainEqual({ code: 'data-beside', args: { folder: 'input' } });
    expect((await refusal({ ...described, ...using({ role: 'data', path: 'nowhere' }) })).code).toBe(
      'used-missing',
    );
  });

  test('of the record counts when the notebook says nothing', async () => {
    const links: Snapshot['links'] = [{ role: 'data', doi: '10.5072/A', from: 'related-identifiers' }];
    const files = { ...described, 'n.ipynb': notebookText(['# N']) };
    const found = await detected(files, { links }, { '10.5072/a': [{ 'a.csv': '1' }] });
    expect(found.data.map(({ into }) => into)).toEqual(['data']);
  });

  test('must be what the author used, no other file, and not the experiment', async () => {
    const records = { '10.5072/a': [{ 'n.csv': '1' }], '10.5072/b': [{ 'n.csv': '2' }] } as const;
    const changed = await refusal(
      { ...described, ...using(data('a', { sha256: 'a'.repeat(64) })) },
      {},
      records,
    );
    expect(changed.code).toBe('used-changed');
    const twice = await refusal({ ...described, ...using(data('a'), data('b')) }, {}, records);
    expect(twice.code).toBe('data-collides');
    expect(twice.message).toContain('data/n.csv');
    const over = await refusal({ ...described, ...using(data('a')), 'data/n.csv': '3' }, {}, records);
    expect(over.code).toBe('data-collides');
    const spelled = { role: 'data', doi: '10.5072/a', into: './data//' };
    const hidden = await refusal({ ...described, ...using(spelled), 'data/n.csv': '3' }, {}, records);
    expect(hidden.code).toBe('data-collides');
    const same = await detected({ ...described, ...using(data('a')), 'data/n.csv': '1' }, {}, records);
    expect(same.data).toHaveLength(1);
    expect((await refusal({ ...described, ...using(data('a')) }, { doi: '10.5072/a' }, records)).code).toBe(
      'used-itself',
    );
  });
});
