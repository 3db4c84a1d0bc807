// Makes repo2vc/src/generated/ from schemas/: the TypeScript types, and the schemas themselves as a module, so that
// the published package needs no file beside its code. With --check it only says whether they are current.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'schemas');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.schema.json'))
  .sort();
const schemas = names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

/** One schema that holds all others under $defs, because the type generator names each definition once per file. */
function bundle() {
  const $defs = {};
  const titleOf = new Map(schemas.map((schema) => [schema.$id, schema.title]));
  const put = (name, schema) => {
    if ($defs[name]) throw new Error(`two definitions are called ${name}`);
    $defs[name] = schema;
  };
  // What stands beside a $ref would make the generator write the type again under another name, so it goes.
  const localRefs = (value) =>
    JSON.parse(JSON.stringify(value), (_key, inner) => {
      if (typeof inner?.$ref !== 'string') return inner;
      const [file, fragment] = inner.$ref.split('#');
      return { $ref: fragment ? `#${fragment}` : `#/$defs/${titleOf.get(file)}` };
    });
  for (const schema of schemas) {
    const { $schema: _schema, $id: _id, $defs: inner = {}, ...rest } = localRefs(schema);
    for (const [name, value] of Object.entries(inner)) put(name, { title: name, ...value });
    if (Object.keys(rest).some((key) => !['title', 'description'].includes(key))) put(schema.title, rest);
  }
  return { title: 'All', type: 'object', properties: {}, additionalProperties: false, $defs };
}

const banner = '// Made from schemas/ by `npm run generate`. Change the schema, not this file.\n';
const types = await compile(bundle(), 'All', {
  additionalProperties: false,
  unreachableDefinitions: true,
  ignoreMinAndMaxItems: true,
  bannerComment: banner,
  format: false,
});
const embedded = `${banner}\nexport const schemas: readonly object[] = ${JSON.stringify(schemas, null, 1)};\n`;

const outputs = [
  ['types.ts', types],
  ['schemas.ts', embedded],
].map(([name, text]) => [join(root, 'repo2vc', 'src', 'generated', name), text]);
if (process.argv.includes('--check')) {
  const stale = outputs.filter(([path, text]) => readFileSync(path, 'utf8') !== text);
  if (stale.length > 0) {
    console.error('The generated types are not current: run `npm run generate`.');
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of outputs) writeFileSync(path, text);
}
