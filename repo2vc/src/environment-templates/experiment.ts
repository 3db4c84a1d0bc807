import { posix } from 'node:path';
import { Failure } from '../failure.ts';
import { type Experiment, nearest, parserOf, type UsedLink } from '../model/index.ts';

const parseExperiment = parserOf<Experiment>('experiment.schema.json', 'invalid-experiment');
const kinds = ['experiment', 'container'];

/**
 * Tells an experiment from a template by what stands in a notebook's metadata.repo2vc (or a repo2vc.yaml);
 * undefined when nothing stands there. Failure `unknown-descriptor` for a kind that this version does not know.
 */
export function descriptorKind(descriptor: unknown, source: string): 'experiment' | 'template' | undefined {
  if (descriptor === undefined) return undefined;
  const kind =
    typeof descriptor === 'object' && descriptor !== null && 'kind' in descriptor
      ? descriptor.kind
      : undefined;
  if (kind === 'experiment') return 'experiment';
  if (kind === 'container') return 'template';
  const near = typeof kind === 'string' ? nearest(kind, kinds) : undefined;
  const found = kind === undefined ? 'it has no kind' : `found ${JSON.stringify(kind)?.slice(0, 60)}`;
  throw new Failure(
    'unknown-descriptor',
    `${source}: the kind of a repo2vc descriptor must be "experiment" or "container"; ${found}.`,
    {
      hint: near
        ? `Did you mean "${near}"?`
        : 'Correct it, or use a newer repo2vc if it was written for one.',
      args: { source },
    },
  );
}

/**
 * Checks what an experiment notebook carries in metadata.repo2vc. Failure `invalid-experiment`, which names the
 * place, the value, and the nearest correct key. Folders are given without `./`, `//` or a slash at their end.
 */
export function readExperiment(descriptor: unknown, source: string): Experiment {
  const experiment = parseExperiment(descriptor, source);
  const environments = experiment.used.filter((link) => link.role === 'environment');
  if (environments.length > 1) {
    throw new Failure(
      'invalid-experiment',
      `${source} is not valid: used has ${environments.length} links of role environment; one is the most.`,
      { hint: 'Keep the one that the experiment ran in.', args: { source } },
    );
  }
  return { ...experiment, used: experiment.used.map(withPlainFolder) };
}

function withPlainFolder(link: UsedLink): UsedLink {
  if ('path' in link) return { ...link, path: plain(link.path) };
  return link.into === undefined ? link : { ...link, into: plain(link.into) };
}

function plain(path: string): string {
  return posix.normalize(path).replace(/(.)\/+$/, '$1');
}
