import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { Failure } from '../failure.ts';
import { parserOf, type Values } from '../model/index.ts';

const parseValues = parserOf<Values>('common.schema.json#/$defs/Values', 'invalid-parameter');

/** Reads parameters from a YAML (or JSON) file: one `name: value` per line. */
export async function readParameterFile(path: string): Promise<Values> {
  let data: unknown;
  try {
    data = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Failure('usage', `The parameters in ${path} could not be read: ${why}.`, {
      hint: 'Write one parameter a line: memory: 4',
      cause: error,
    });
  }
  return parseValues(data ?? {}, path);
}
