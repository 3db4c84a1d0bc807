import type { ClusterProvider } from '../../types.ts';
import { checkComputer } from './check.ts';
import { connectTo } from './connection.ts';
import { examineComputer } from './examine.ts';
import { nodesIn } from './found.ts';
import { listClusters, observeCluster } from './observe.ts';
import { clusterFolder, placeOf } from './places.ts';
import { planSteps } from './plan.ts';
import { performStep, stopNodes } from './steps.ts';
import { refuseElsewhere, writeLease } from './tag.ts';

/** Nodes as supervised processes of this computer, in bubblewrap where it works. Needs nothing installed. */
export const processProvider: ClusterProvider = {
  id: 'process',
  builder: 'prefix',
  consent: 'process',
  parallel: 8,
  check: checkComputer,
  examine: examineComputer,
  observe: observeCluster,
  plan: planSteps,
  perform: performStep,
  renew: async (cluster, expiresAt, context) => {
    const nodes = await nodesIn(clusterFolder(context.places, cluster.id));
    for (const node of nodes?.tagged ?? []) {
      const place = placeOf(context.places, cluster.id, node);
      await refuseElsewhere(place);
      await writeLease(place, expiresAt, context);
    }
  },
  stop: (cluster, nodes, context) =>
    stopNodes(
      nodes.map((node) => placeOf(context.places, cluster.id, node.name)),
      context,
    ),
  list: listClusters,
  connect: (cluster, node, context) => connectTo(placeOf(context.places, cluster.id, node.name), context),
};
