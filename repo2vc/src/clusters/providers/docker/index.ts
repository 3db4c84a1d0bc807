import type { ClusterProvider } from '../../types.ts';
import { checkEngine } from './check.ts';
import { connectTo } from './connection.ts';
import { examineEngine } from './examine.ts';
import { listClusters, observeCluster } from './observe.ts';
import { planSteps } from './plan.ts';
import { parallel, performStep, renewCluster } from './steps.ts';
import { stopNodes } from './stop.ts';

/** Nodes as containers of the engine that this person's `docker` command uses. */
export const dockerProvider: ClusterProvider = {
  id: 'docker',
  builder: 'image',
  parallel,
  check: checkEngine,
  examine: examineEngine,
  observe: observeCluster,
  plan: planSteps,
  perform: performStep,
  renew: renewCluster,
  stop: stopNodes,
  list: listClusters,
  connect: connectTo,
};
