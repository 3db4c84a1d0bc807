import type { Args } from './failure.ts';

/** The arrows of the pipeline, in their order; then those of a publication. */
export type Step =
  | 'resolve'
  | 'fetch'
  | 'detect'
  | 'plan'
  | 'target'
  | 'build'
  | 'provision'
  | 'prepare'
  | 'inject'
  | 'draft'
  | 'publish';

/**
 * Everything the engine tells. Codes are stable; sentences for them are made at the edge. No event carries a secret.
 * `bytes` are bytes, `ms` are milliseconds, `at` times are RFC 3339 UTC.
 */
export type Event =
  // the run
  | { code: 'run-started'; args: { kind: string; reference: string } }
  | { code: 'run-resumed'; args: { from: string } }
  | { code: 'run-waiting'; args: { step: string; needs: readonly string[] } }
  | { code: 'run-finished'; args: { kind: string; ms: number } }
  | { code: 'run-failed'; args: { failure: string; message: string; hint: string; retryable: boolean } }
  | { code: 'run-canceled'; args: { left: boolean } }
  | { code: 'step-started'; args: { step: Step } }
  | { code: 'step-reused'; args: { step: Step } }
  | { code: 'step-finished'; args: { step: Step; ms: number; facts: Args } }
  // resolve, fetch
  | { code: 'resolver-asked'; args: { doi: string; origin: string } }
  | { code: 'request-retried'; args: { url: string; why: string; seconds: number } }
  | { code: 'download-started'; args: { file: string; bytes: number } }
  | { code: 'download-progress'; args: { file: string; received: number; bytes: number } }
  | { code: 'download-resumed'; args: { file: string; from: number } }
  | { code: 'file-verified'; args: { file: string; bytes: number; sha256: string } }
  | { code: 'archive-unpacked'; args: { file: string; entries: number; bytes: number } }
  | { code: 'version-chosen'; args: { concept: string; doi: string } }
  // detect, plan, target
  | { code: 'environment-described'; args: { by: string; where: string } }
  // build
  | { code: 'environment-reused'; args: { name: string; id: string } }
  | { code: 'environment-building'; args: { name: string; id: string; interpreter: string } }
  | { code: 'build-output'; args: { name: string; line: string } }
  | { code: 'environment-built'; args: { name: string; id: string; packages: number; ms: number } }
  | { code: 'tool-installing'; args: { tool: string; version: string } }
  // clusters
  | { code: 'cluster-planned'; args: { cluster: string; steps: number } }
  | { code: 'cluster-step'; args: { cluster: string; step: string; kind: string } }
  | { code: 'cluster-ready'; args: { cluster: string; nodes: number; expires: string } }
  | { code: 'cluster-step-retried'; args: { cluster: string; step: string; why: string } }
  | { code: 'work-saved'; args: { cluster: string; files: number; folder: string } }
  | { code: 'cluster-destroyed'; args: { cluster: string; nodes: number } }
  // prepare
  | { code: 'client-started'; args: { cluster: string } }
  | { code: 'cell-started'; args: { index: number; of: number; title: string } }
  | { code: 'cell-output'; args: { index: number; line: string } }
  | { code: 'cell-finished'; args: { index: number; of: number; ms: number } }
  | { code: 'check-passed'; args: { name: string } }
  | { code: 'preparation-restarted'; args: { cluster: string } }
  // inject
  | { code: 'files-placed'; args: { node: string; directory: string; files: number; bytes: number } }
  | { code: 'server-starting'; args: { node: string } }
  | { code: 'session-ready'; args: { host: string; port: number; notebook: string; expires: string } }
  // publish
  | { code: 'draft-created'; args: { role: string; doi: string; title: string } }
  | { code: 'upload-progress'; args: { file: string; sent: number; bytes: number } }
  | { code: 'file-uploaded'; args: { role: string; file: string; bytes: number } }
  | { code: 'draft-validated'; args: { role: string; doi: string } }
  | { code: 'record-published'; args: { role: string; doi: string; page: string; title: string } }
  // what a person should know, though nothing failed
  | { code: 'warning'; args: { warning: string; message: string } };

/** Hands an event to whoever listens; the run's log writes it to disk before anyone sees it. */
export type Emit = (event: Event) => void;
