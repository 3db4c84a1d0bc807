import type { EnvironmentLock } from '../../model/index.ts';
import { at, textAt } from '../../model/loose.ts';

/** What an image says of itself, read from what the probe printed in it. */
export interface Probed {
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string };
  readonly home: string;
  /** Programs that a node needs and the image has not. */
  readonly missing: readonly string[];
  /** Whether it has a program that opens notebooks. */
  readonly jupyter: boolean;
  /** Absent when there is no python3. */
  readonly python?: {
    readonly implementation: string;
    readonly version: string;
    readonly packages: readonly { readonly name: string; readonly version: string }[];
  };
  readonly system: NonNullable<EnvironmentLock['system']>;
}

const mark = '--- repo2vc';

/** Asks for the Python on the PATH, as JSON on one line. */
const pythonQuestion = `
import json, platform, sys
from importlib.metadata import distributions
named = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
print(json.dumps({"implementation": sys.implementation.name, "version": platform.python_version(),
  "packages": [{"name": n, "version": v} for n, v in sorted(named.items())]}))
`.trim();

/** The words that make an image tell what `readProbe` reads; `programs` are those that a node needs. */
export function probeWords(programs: readonly string[]): string[] {
  const script = [
    `section() { printf '\\n${mark} %s\\n' "$1"; }`,
    'section user; id -u; id -g; id -un 2>/dev/null',
    `section home; printf '%s\\n' "$HOME"`,
    'section missing; for each in "$@"; do command -v "$each" >/dev/null || printf \'%s\\n\' "$each"; done',
    'section jupyter; command -v jupyter-lab || command -v jupyter-server',
    `section python; python3 -c '${pythonQuestion}' 2>/dev/null`,
    `section system; dpkg-query -W -f '\${Package}\\t\${Version}\\t\${Architecture}\\n' 2>/dev/null`,
    'section end',
  ];
  return ['/bin/sh', '-c', script.join('\n'), 'sh', ...programs];
}

/** Reads what the probe printed; undefined when it did not come to its end. What an image prints is its author's. Pure. */
export function readProbe(printed: string): Probed | undefined {
  const sections = sectionsIn(printed);
  const [uid, gid, name] = sections.get('user') ?? [];
  if (!sections.has('end') || !isNumber(uid) || !isNumber(gid)) return undefined;
  const home = sections.get('home')?.[0] ?? '';
  const python = pythonIn(sections.get('python')?.join('\n') ?? '');
  return {
    user: { uid: Number(uid), gid: Number(gid), name: name || uid },
    home: /^\/[\w./-]+$/.test(home) && !['/nonexistent', '/dev/null'].includes(home) ? home : '/home/jovyan',
    missing: sections.get('missing') ?? [],
    jupyter: (sections.get('jupyter') ?? []).length > 0,
    ...(python ? { python } : {}),
    system: (sections.get('system') ?? []).flatMap(systemPackage),
  };
}

function sectionsIn(printed: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let here: string[] = [];
  for (const line of printed.split('\n')) {
    if (line.startsWith(mark)) {
      here = [];
      sections.set(line.slice(mark.length + 1).trim(), here);
    } else if (line !== '') here.push(line);
  }
  return sections;
}

const isNumber = (text: string | undefined): text is string => /^\d{1,9}$/.test(text ?? '');

function pythonIn(text: string): Probed['python'] {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  const packages = at(said, 'packages');
  const list = Array.isArray(packages) ? packages : [];
  return {
    implementation: textAt(said, 'implementation') ?? 'unknown',
    version: textAt(said, 'version') ?? 'unknown',
    packages: list.flatMap((one) => {
      const [name, version] = [textAt(one, 'name'), textAt(one, 'version')];
      return name !== undefined && version !== undefined ? [{ name, version }] : [];
    }),
  };
}

function systemPackage(line: string) {
  const [name = '', version = '', architecture = ''] = line.split('\t');
  return version === '' ? [] : [{ name, version, architecture }];
}
