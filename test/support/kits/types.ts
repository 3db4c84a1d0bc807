import type { Context } from '../../../repo2vc/src/context.ts';
import type { Environment } from '../../../repo2vc/src/model/index.ts';
import type { needs } from '../needs.ts';

/** What the contract of the cluster providers needs of one of them, by other means than its own. */
export interface ProviderKit {
  /** What this computer must have for its tests. */
  readonly needs: keyof typeof needs;
  /** An environment for its nodes: with sh and a Python that has no packages, or with JupyterLab. */
  environment(what: 'bare' | 'jupyter'): Promise<Environment>;
  /** Makes a node die at once, as when its power is cut. */
  kill(context: Context, cluster: string, node: string): Promise<void>;
  /**
   * One line for everything that there is of a cluster, and for what `placeStrangers` put beside it. To be compared before
   * and after; never by what the provider itself can find.
   */
  footprint(context: Context, cluster: string): Promise<string[]>;
  /** Those lines of a footprint that the provider must be able to find a cluster by. */
  isTag(line: string): boolean;
  /** One line for every program that runs on the nodes of a cluster, or keeps them. */
  programs(context: Context, cluster: string): Promise<string[]>;
  /** Puts things of another person where those of the cluster are; they are gone when the test has finished. */
  placeStrangers(context: Context, cluster: string): Promise<void>;
  /**
   * Where somebody who looks at this computer, or at what the nodes are made of, would see a text: process lists and
   * environments, labels, logs.
   */
  showing(context: Context, cluster: string, text: string): Promise<string[]>;
}
