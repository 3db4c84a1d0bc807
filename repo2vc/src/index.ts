// The public interface: what the command line, and any other front, drives the engine with. Values in, values out; what
// happens meanwhile is told as events.
export type { Clock, Context, Places } from './context.ts';
export type { Emit, Event } from './events.ts';
export { Failure, isFailure } from './failure.ts';
export type * from './model/index.ts';
export { canonicalJson, doiOf } from './model/index.ts';
export { archiveNamed } from './pipeline/archives.ts';
export {
  destroyCluster,
  listClusters,
  renewCluster,
  showCluster,
  sweep,
  sweepable,
} from './pipeline/clusters.ts';
export { examine } from './pipeline/doctor.ts';
export { init } from './pipeline/init.ts';
export {
  depositOf,
  describeRun,
  failureOf,
  needsOf,
  planOf,
  sessionOf,
  unfinishedPublication,
} from './pipeline/inspect.ts';
export { cancelRun, interruptedRun, type JobResult, runJob } from './pipeline/job.ts';
export { jobKinds } from './pipeline/jobs.ts';
export { refuseLateAnswersTo } from './pipeline/late-answers.ts';
export { publicationHash } from './pipeline/publish.ts';
export { openLocalArchive } from './pipeline/serve-archive.ts';
export { forwardSession, runInSession, sessionUrlOf } from './pipeline/session.ts';
export { followEvents, readEvents } from './runs/event-log.ts';
export { addAnswers, answersOf, createRun, listRuns, openRun, type Run, requestOf } from './runs/folder.ts';
export { type RunState, stateOf } from './runs/state.ts';
export { removeCredential, saveCredential } from './settings/credentials.ts';
