/** Takes the secrets out of whatever is kept or told. */
export interface Scrubber {
  text(text: string): string;
  /** The same value with every string in it scrubbed, keys too. */
  value<T>(value: T): T;
  /** Characters of the longest form of a secret: text that is cut must be cut this much later, then scrubbed. */
  readonly longest: number;
}

/**
 * Makes a scrubber for these secrets, in the forms in which programs print them: as they are, a line of them, quoted
 * as in JSON or Python, percent-encoded, in hexadecimal, and in base64 wherever in the encoded text they begin.
 */
export function scrubberOf(secrets: Iterable<string>): Scrubber {
  const forms = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return { text: (text) => text, value: (value) => value, longest: 0 };
  const pattern = new RegExp(forms.map(escaped).join('|'), 'g');
  const text = (from: string) => from.replace(pattern, '***');
  return { text, value: (value) => scrubValue(value, text) as typeof value, longest: forms[0]?.length ?? 0 };
}

function scrubValue(value: unknown, text: (from: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => scrubValue(item, text));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), scrubValue(item, text)]));
}

/** Encoded forms shorter than this are found in ordinary text by chance. */
const leastEncoded = 6;

function formsOf(secret: string): string[] {
  if (secret === '') return [];
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= 8);
  const quoted = [secret, ...lines].flatMap(quotedForms);
  return [secret, ...lines, ...[...quoted, ...encodedForms(secret)].filter(isLongEnough)];
}

/** As JSON has it, as JSON in ASCII alone has it, and as Python shows bytes. */
function quotedForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const bytes = [...Buffer.from(text)].map((byte) => {
    if (byte === 0x5c) return '\\\\';
    return byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return [json, ascii, bytes.join('')];
}

function isLongEnough(form: string): boolean {
  return form.length >= leastEncoded;
}

function encodedForms(secret: string): string[] {
  const percent = encodeURIComponent(secret);
  const strict = percent.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const some = [percent, strict, strict.replaceAll('%20', '+')];
  const percents = [...some, ...some.map((form) => form.replaceAll('%2F', '/'))];
  const hex = Buffer.from(secret).toString('hex');
  const base64 = [0, 1, 2].map((before) => base64Core(secret, before));
  return [
    ...percents,
    ...percents.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** The base64 characters that the secret alone decides when `before` bytes (modulo 3) stand in front of it. */
function base64Core(secret: string, before: number): string {
  const bytes = Buffer.from(secret);
  const all = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return all.slice(Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
