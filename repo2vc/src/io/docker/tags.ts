/**
 * What repo2vc writes on the networks, volumes and containers that it makes, so that they are found by it alone: the
 * labels `repo2vc.cluster`, `.owner`, … Labels can never be changed; and whoever runs an image that was made of one of
 * our containers has its labels too. So an object is ours when its labels *and* its name say so.
 */
export interface Tag {
  readonly cluster: string;
  readonly owner: string;
  /** When the cluster was made; RFC 3339. */
  readonly created: string;
  /** When it ends, as far as was known when the object was made; RFC 3339. */
  readonly expires: string;
  /** Of the repo2vc that made it. */
  readonly version: string;
}

const prefix = 'repo2vc.';

/** The labels of an object; `more` says what is its own, such as its node. Of `tag` nothing but what every one has. */
export function labelsOf(tag: Tag, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { cluster, owner, created, expires, version } = tag;
  const all = Object.entries({ cluster, owner, created, expires, version, ...more });
  return Object.fromEntries(all.map(([key, value]) => [`${prefix}${key}`, value]));
}

/** What the labels of an object say; undefined when they are not those of `labelsOf`. */
export function tagIn(labels: Labels): Tag | undefined {
  const keys = ['cluster', 'owner', 'created', 'expires', 'version'];
  const [cluster, owner, created, expires, version] = keys.map((key) => labelIn(labels, key));
  if (!cluster || !owner || !version || !isTime(created) || !isTime(expires)) return undefined;
  return { cluster, owner, created, expires, version };
}

/** One label of those that are an object's own. */
export function labelIn(labels: Labels, key: string): string | undefined {
  return labels[`${prefix}${key}`];
}

type Labels = Readonly<Record<string, string>>;

const isTime = (text: string | undefined): text is string => !Number.isNaN(Date.parse(text ?? ''));

/** The filter of the engine's lists for what carries our labels: of one cluster, or of every one. */
export function taggedWith(cluster?: string): { readonly filters: { readonly label: readonly string[] } } {
  return { filters: { label: [cluster === undefined ? `${prefix}cluster` : `${prefix}cluster=${cluster}`] } };
}

/** The network of a cluster. */
export function networkName(cluster: string): string {
  return `repo2vc-${cluster}`;
}

/** A container of a cluster; none of another cluster can have this name, for no cluster has a dot in its own. */
export function containerName(cluster: string, name: string): string {
  return `repo2vc-${cluster}.${name}`;
}
