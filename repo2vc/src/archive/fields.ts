import { isObject } from './checks.ts';

/** A JSON object whose fields have been looked at by nobody. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object in a field; an empty one where there is none. */
export function objectAt(value: Fields, key: string): Fields {
  const inner = value[key];
  return isObject(inner) ? inner : {};
}

/** The objects in a list; none where there is no list. */
export function listAt(value: Fields, key: string): readonly Fields[] {
  const inner = value[key];
  return Array.isArray(inner) ? inner.filter(isObject) : [];
}

/** The string in a field; an empty one where there is none. */
export function textAt(value: Fields, key: string): string {
  const inner = value[key];
  return typeof inner === 'string' ? inner : '';
}

/** The id of the vocabulary term in a field; empty where there is none. */
export function idAt(value: Fields, key: string): string {
  return textAt(objectAt(value, key), 'id');
}
