import type { EnvironmentSpec, EnvironmentTemplate, Plan } from '../model/index.ts';

/** The name of the default client environment in a plan; no template may use it. */
export const defaultClientName = 'repo2vc-client';

/**
 * Where a template's cells run when the template names no client environment. Pinned, so that equal plans are equal
 * environments; these are the newest versions that take every Python still found on Debian 11 and Ubuntu 22.04 (3.9).
 */
export const defaultClient: EnvironmentSpec = {
  kind: 'python',
  python: 'any',
  requirements: [{ text: 'jupyter-server==2.17.0' }, { text: 'ipykernel==6.31.0' }],
};

/** How long one cell of a template may run when the template does not say. */
export const defaultCellSeconds = 600;

/**
 * When an environment ends by itself: after eight hours, a week at most, where the template does not say otherwise.
 */
export function expiryOf(template: EnvironmentTemplate | undefined): Plan['expires'] {
  const { defaultMinutes, mostMinutes } = template?.expires ?? {};
  return {
    defaultMinutes: defaultMinutes ?? Math.min(480, mostMinutes ?? 480),
    mostMinutes: mostMinutes ?? Math.max(10_080, defaultMinutes ?? 0),
  };
}

/** Where the experiment is placed below the node's home when the template does not say. */
export const defaultDirectory = 'experiment';
