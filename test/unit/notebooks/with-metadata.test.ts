import { expect, test } from 'vitest';
import { withMetadata } from '../../../repo2vc/src/notebooks/with-metadata.ts';
import { failureOf } from '../../support/failures.ts';
import { notebookText } from '../../support/notebook.ts';

const add = (metadata: Readonly<Record<string, unknown>>) => ({
  ...metadata,
  repo2vc: { kind: 'x', list: [1] },
});

test('changes the metadata and no other byte', () => {
  const text = notebookText(['# "metadata": {"a": "}"}', 'print("[{\\\\\\"")']);
  const changed = withMetadata(text, add);
  const [before] = text.split('\n "metadata": {');
  const after = text.slice(text.lastIndexOf('\n },\n "nbformat"') + 3);
  expect(changed.startsWith(`${before}\n "metadata": {\n  "kernelspec": {`)).toBe(true);
  expect(changed.endsWith(after)).toBe(true);
  expect(changed).toContain('\n  "repo2vc": {\n   "kind": "x",\n   "list": [\n    1\n   ]\n  }\n }');
  expect(withMetadata(changed, ({ repo2vc: _, ...rest }) => rest)).toBe(text);
});

test.each([
  [
    'compact',
    '{"cells":[],"metadata":{},"nbformat":4}',
    '{"cells":[],"metadata":{"repo2vc":{"kind":"x","list":[1]}},"nbformat":4}',
  ],
  [
    'tabs and CRLF',
    '{\r\n\t"metadata": {},\r\n\t"cells": [1.0]\r\n}',
    '{\r\n\t"metadata": {\r\n\t\t"repo2vc": {\r\n\t\t\t"kind": "x",\r\n\t\t\t"list": [\r\n\t\t\t\t1\r\n\t\t\t]\r\n\t\t}\r\n\t},\r\n\t"cells": [1.0]\r\n}',
  ],
  [
    'the last of two',
    '{"metadata":{"a":1},"metadata":{}}',
    '{"metadata":{"a":1},"metadata":{"repo2vc":{"kind":"x","list":[1]}}}',
  ],
  [
    'keys and values that look like it',
    String.raw`{"a\"metadata":{},"x":"metadata","y":{"metadata":{}},"metadata":{}}`,
    String.raw`{"a\"metadata":{},"x":"metadata","y":{"metadata":{}},"metadata":{"repo2vc":{"kind":"x","list":[1]}}}`,
  ],
])('keeps the layout: %s', (_name, text, expected) => {
  expect(withMetadata(text, add)).toBe(expected);
});

test('a text without metadata is no notebook', async () => {
  expect((await failureOf(() => withMetadata('{"cells":[{"metadata":{}}]}', add))).code).toBe(
    'not-a-notebook',
  );
});
