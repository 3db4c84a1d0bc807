import {
  type Copy,
  type Dockerfile,
  DockerfileParser,
  type Flag,
  type From,
  type Instruction,
  type Run,
} from 'dockerfile-ast';
import { Failure } from '../failure.ts';
import { expand } from './dockerfile-variables.ts';

/** An image that a Dockerfile names: in FROM, in COPY --from, in RUN --mount=from. `line` counts from 1. */
export interface NamedImage {
  readonly name: string;
  readonly line: number;
  /** Of FROM --platform, unless it is a variable of the engine's. */
  readonly platform?: string;
}

/** What a builder must know of a Dockerfile before it builds. */
export interface DockerfileFacts {
  /** Every image, in the order of its lines; one that is named twice comes twice. */
  readonly images: readonly NamedImage[];
  /** What only BuildKit understands; undefined when the classic builder does. */
  readonly buildkit?: { readonly line: number; readonly what: string };
}

/** What the classic builder of Docker 20.10 knows of flags. */
const classicFlags: Readonly<Record<string, readonly string[]>> = {
  FROM: ['platform'],
  COPY: ['from', 'chown'],
  ADD: ['chown'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'retries'],
};

/** A piece of the text that names an image, or must not stay. Places are line and column, from 0. */
interface Piece {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  readonly image?: string;
}

/**
 * Reads a Dockerfile. `file` is how a person knows it. Failure `invalid-dockerfile` for one without FROM, with an image
 * that depends on what nobody gives, or in a language of its own (`# syntax=`); what else is wrong the engine tells.
 */
export function readDockerfile(text: string, file: string) {
  const { images, pieces, instructions } = walk(text, file);
  const facts: DockerfileFacts = { images, ...buildkitIn(instructions) };
  return {
    ...facts,
    /** The Dockerfile built from other images, line by line the same: `instead` of each name. */
    rewritten: (instead: (name: string) => string) => replaced(text, pieces, instead),
  };
}

function walk(text: string, file: string) {
  const parsed = DockerfileParser.parse(text);
  const instructions = parsed.getInstructions();
  const variables = new Map<string, string>();
  for (const property of parsed.getInitialARGs().flatMap((arg) => arg.getProperties())) {
    const value = property.getUnescapedValue();
    if (value) variables.set(property.getName(), expand(value, variables).text);
  }
  const images: NamedImage[] = [];
  const pieces: Piece[] = syntaxOf(parsed, file);
  const stages = new Set<string>();
  for (const instruction of instructions) {
    const from = instruction.getKeyword() === 'FROM' ? (instruction as From) : undefined;
    const found = from ? fromImage(from, file, variables) : usedImages(instruction, file);
    pieces.push(...found.pieces.filter(({ image }) => !isStage(image, stages)));
    images.push(...found.images.filter(({ name }) => !isStage(name, stages)));
    const stage = from?.getBuildStage();
    if (stage) stages.add(stage.toLowerCase());
  }
  if (parsed.getFROMs().length === 0) throw invalid(file, 1, 'it has no FROM');
  return { images, pieces, instructions };
}

function isStage(name: string | undefined, stages: ReadonlySet<string>): boolean {
  return name !== undefined && (name === 'scratch' || stages.has(name.toLowerCase()));
}

interface Found {
  readonly images: readonly NamedImage[];
  readonly pieces: readonly Piece[];
}

function fromImage(from: From, file: string, variables: ReadonlyMap<string, string>): Found {
  const range = from.getImageRange();
  const line = from.getRange().start.line + 1;
  if (!range) throw invalid(file, line, 'FROM names no image');
  const { text, unknown } = expand(from.getImage() ?? '', variables);
  const name = text.replace(/^(["'])(.*)\1$/, '$2');
  if (unknown !== undefined) throw invalid(file, line, `the image is not known: ${unknown} has no value`);
  refuseOddName(name, file, line);
  const flag = from.getPlatformFlag();
  const platform = flag?.getValue();
  const images = [{ name, line, ...(platform && !platform.includes('$') ? { platform } : {}) }];
  // The image that is taken is of one platform; a variable of BuildKit's is none to the classic builder.
  return { images, pieces: [...(flag ? [flag.getRange()] : []), { ...range, image: name }] };
}

/** The images that files are copied from. A number is a stage. */
function usedImages(instruction: Instruction, file: string): Found {
  const values = flagsOf(instruction).flatMap((flag) => {
    const option = flag.getName() === 'mount' ? flag.getOption('from') : flag;
    const range = option?.getName() === 'from' ? option.getValueRange() : null;
    const name = option?.getValue();
    return range && name && !/^\d+$/.test(name) ? [{ name, range }] : [];
  });
  const line = instruction.getRange().start.line + 1;
  for (const { name } of values) refuseOddName(name, file, line);
  return {
    images: values.map(({ name }) => ({ name, line })),
    pieces: values.map(({ name, range }) => ({ ...range, image: name })),
  };
}

/** It becomes a part of addresses, so it is looked at. */
function refuseOddName(name: string, file: string, line: number): void {
  if (/^[A-Za-z0-9](?:[\w.:@/-]{0,250}\w)?$/.test(name) && !name.includes('..')) return;
  throw invalid(file, line, `${JSON.stringify(name.slice(0, 100))} is no name of an image`);
}

function flagsOf(instruction: Instruction): readonly Flag[] {
  return 'getFlags' in instruction ? (instruction as Run).getFlags() : [];
}

function buildkitIn(instructions: readonly Instruction[]): Pick<DockerfileFacts, 'buildkit'> {
  for (const instruction of instructions) {
    const keyword = instruction.getKeyword();
    const line = instruction.getRange().start.line + 1;
    const flag = flagsOf(instruction).find(
      (one) => !(classicFlags[keyword] ?? []).includes(one.getName().toLowerCase()),
    );
    if (flag) return { buildkit: { line, what: `${keyword} --${flag.getName()}` } };
    const takesText = ['RUN', 'COPY', 'ADD'].includes(keyword);
    // The parser takes the operator of a calculation, `1 << 2`, for one without a name.
    if (takesText && (instruction as Copy).getHeredocs().some((one) => /^\w/.test(one.getName())))
      return { buildkit: { line, what: `${keyword} <<` } };
  }
  return {};
}

/** `# syntax=` lets a program of somebody's read the rest. Docker's own is in the engine; any other is refused. */
function syntaxOf(parsed: Dockerfile, file: string): Piece[] {
  const directive = parsed.getDirectives().find((one) => one.getName().toLowerCase() === 'syntax');
  if (!directive) return [];
  const frontend = directive.getValue();
  const { start, end } = directive.getRange();
  if (/^(?:docker\.io\/)?docker\/dockerfile(?::1[\w.-]*)?(?:@\S+)?$/.test(frontend)) return [{ start, end }];
  throw invalid(file, start.line + 1, `it is not written for docker/dockerfile:1, but for ${frontend}`);
}

function replaced(text: string, pieces: readonly Piece[], instead: (name: string) => string): string {
  const starts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  const offset = ({ line, character }: Piece['start']) => (starts[line] ?? 0) + character;
  let made = '';
  let done = 0;
  for (const piece of [...pieces].sort((a, b) => offset(a.start) - offset(b.start))) {
    made += text.slice(done, offset(piece.start));
    made += piece.image === undefined ? '' : instead(piece.image);
    done = offset(piece.end);
  }
  return made + text.slice(done);
}

function invalid(file: string, line: number, why: string): Failure {
  return new Failure('invalid-dockerfile', `${file}, line ${line}: ${why}.`, {
    hint: 'Correct the Dockerfile; it must say by itself which images it is built from.',
    args: { file, line, why },
  });
}
