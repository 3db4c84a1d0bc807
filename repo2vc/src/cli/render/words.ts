import { join } from 'node:path';
import type { Places } from '../../context.ts';

/** `3 files`, `1 file`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Bytes for people: `812 B`, `4.1 MB`. Powers of ten, as archives show them. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** Milliseconds for people: `0.4 s`, `12.3 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${String(Math.round(seconds - minutes * 60)).padStart(2, '0')} s`;
}

/** Minutes for people: `45 min`, `8 h`, `2 days`. */
export function minutes(n: number): string {
  if (n < 120) return `${n} min`;
  return n < 48 * 60 ? `${trim(n / 60)} h` : `${trim(n / 1440)} days`;
}

function trim(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** A time for people, in their own zone: `2026-11-21 14:05`. */
export function moment(iso: string): string {
  const date = new Date(iso);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const ansiSequences = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/g;

/** Text from elsewhere, made safe for a terminal: no escape sequences, no control or direction-changing characters. */
export function safe(text: string): string {
  return text.replace(ansiSequences, '').replace(controlCharacters, '');
}

/** The same for what must stay on one line, so that no text from elsewhere can pass for a row of its own. */
export function oneLine(text: string): string {
  return safe(text).replace(/\s*[\n\t]\s*/g, ' ');
}

/** The state of a run for people; files and machines spell it as everything does that computers say. */
export function stateText(state: string): string {
  return state === 'canceled' ? 'cancelled' : state;
}

/** Cuts a line to the width of the terminal. */
export function fit(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, Math.max(1, columns - 1))}…` : text;
}

/** A sentence that tells of settings.yaml, with where that lies for this person. */
export function withSettingsPath(text: string, { config }: Places): string {
  return text.replaceAll(/(?<![\w/])settings\.yaml/g, () => join(config, 'settings.yaml'));
}
