import { expect, it } from 'vitest';
import { labelsOf, tagIn } from '../../../../repo2vc/src/io/docker/tags.ts';

const tag = {
  ...{ cluster: 'c', owner: 'tester@here', version: '1.2.3' },
  ...{ created: '2026-01-01T00:00:00Z', expires: '2026-01-02T00:00:00Z' },
};

it('an object has the labels of its cluster and its own, not those of what it was made for', () => {
  const node = { ...tag, node: 'node-1', role: 'node' };
  const labels = labelsOf(node, { renewed: 'now' });
  expect(Object.keys(labels).sort()).toEqual(
    ['cluster', 'created', 'expires', 'owner', 'renewed', 'version'].map((name) => `repo2vc.${name}`),
  );
  expect(tagIn(labels)).toEqual(tag);
});
