import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { openBroker } from '../../clusters/broker.ts';
import { destroyCluster } from '../../clusters/destroy.ts';
import type { NodeConnection } from '../../clusters/types.ts';
import { parameterCell } from '../../environment-templates/parameter-cell.ts';
import { isFailure } from '../../failure.ts';
import type {
  ChosenTemplate,
  Cluster,
  Detection,
  Environments,
  NodeView,
  Plan,
  Prepared,
  Target,
} from '../../model/index.ts';
import { executeNotebook } from '../../notebooks/execute.ts';
import { type Kernel, startKernel } from '../../notebooks/kernel.ts';
import { readNotebook } from '../../notebooks/read.ts';
import type { Scrubber } from '../../notebooks/scrub.ts';
import { clientFolderIn, providerOf } from '../clusters.ts';
import { startJupyter, wrapperOf } from '../jupyter.ts';
import { connectToRole, needingNodes, nodesOf } from '../nodes.ts';
import { provisionClient } from '../provision.ts';
import type { StepTools } from '../types.ts';
import { furnish, places } from './furnish.ts';

export interface PrepareInput {
  readonly plan: Plan;
  readonly detection: Detection;
  readonly target: Target;
  readonly environments: Environments;
  readonly cluster: Cluster;
  /** Values of the template's secret parameters, by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Runs the template's cells in a client that exists for nothing else, and removes it again, however they end. */
export async function runSteps(
  input: PrepareInput,
  scrubber: Scrubber,
  tools: StepTools,
): Promise<Pick<Prepared, 'notebook' | 'cells'>> {
  const { plan, target, environments, cluster } = input;
  const client = await provisionClient(plan, target, environments, cluster, tools);
  if (!client) throw new Error('a plan with steps has a client');
  try {
    tools.emit({ code: 'client-started', args: { cluster: client.cluster.id } });
    return await needingNodes([cluster, client], tools, () => runInClient(input, client, scrubber, tools));
  } finally {
    await removeClient(client, tools);
  }
}

/** Also after Ctrl-C. What cannot be removed now ends by its expiry, and is no reason to hide why the cells failed. */
async function removeClient(client: Cluster, tools: StepTools): Promise<void> {
  const context = { ...tools, signal: new AbortController().signal };
  const options = { discard: true, folder: clientFolderIn(tools.runFolder) };
  try {
    await destroyCluster(client.cluster.id, providerOf(client.provider), options, context);
  } catch (error) {
    if (!isFailure(error)) throw error;
    tools.emit({ code: 'warning', args: { warning: 'client-not-removed', message: error.message } });
  }
}

async function runInClient(
  input: PrepareInput,
  client: Cluster,
  scrubber: Scrubber,
  tools: StepTools,
): Promise<Pick<Prepared, 'notebook' | 'cells'>> {
  const { plan, cluster, secrets } = input;
  const chosen = templateOf(input);
  const nodes = await nodesOf(cluster, tools);
  const { connection } = await connectToRole(client, 'client', tools);
  const secretFiles = await furnish(connection, { chosen, plan, nodes, secrets }, tools.runFolder);
  const notebook = `executed/${posix.basename(chosen.notebook)}`;
  const text = await readFile(join(tools.runFolder, chosen.snapshot.folder, chosen.notebook), 'utf8');
  const wish = readNotebook(text, chosen.notebook).kernel;
  const folder = posix.dirname(chosen.notebook);
  const wrapper = wrapperOf(input.environments, plan.client?.environment);
  const cells = await withKernel({ connection, wrapper, cluster, nodes, wish, folder }, tools, (kernel) =>
    executeNotebook(
      kernel,
      {
        text,
        steps: plan.steps,
        parameterCell: plan.steps.some((step) => step.parameters)
          ? parameterCell(chosen.template, plan.parameters, secretFiles, kernel.language)
          : '',
        timeoutMs: (plan.client?.timeoutSeconds ?? 0) * 1000,
        file: join(tools.runFolder, notebook),
        scrubber,
      },
      tools,
    ),
  );
  return { notebook, cells };
}

function templateOf({ detection }: PrepareInput): ChosenTemplate {
  if (detection.chosen.kind === 'template') return detection.chosen;
  throw new Error('only a template has steps');
}

interface Workplace {
  readonly connection: NodeConnection;
  readonly wrapper: readonly string[];
  readonly cluster: Cluster;
  readonly nodes: readonly NodeView[];
  readonly wish: { readonly name?: string; readonly language?: string };
  /** Of the notebook, below the template's. */
  readonly folder: string;
}

/** The broker lives exactly as long as the kernel whose cells may use it. */
async function withKernel<T>(
  { connection, wrapper, cluster, nodes, wish, folder }: Workplace,
  tools: StepTools,
  work: (kernel: Kernel) => Promise<T>,
): Promise<T> {
  const broker = await openBroker(
    connection,
    nodes.map((node) => ({
      name: node.name,
      role: node.role,
      address: node.address,
      connect: (signal) => {
        const ending = { ...tools, signal: AbortSignal.any([signal, tools.signal]) };
        return providerOf(cluster.provider).connect(cluster.cluster, node, ending);
      },
    })),
  );
  try {
    const server = await startJupyter(
      connection,
      {
        name: 'jupyter',
        program: 'jupyter-server',
        wrapper,
        root: places.template,
        basePath: '/client/',
        // Ten times the default: a figure of some megabytes is kept, a flood is still stopped at the source.
        args: ['--ZMQChannelsWebsocketConnection.iopub_data_rate_limit=10000000'],
        env: { PYTHONPATH: `${connection.home}/${places.library}`, REPO2VC_BROKER: broker.nodePath },
      },
      tools,
    );
    const kernel = await startKernel(server, wish, folder === '.' ? '' : folder, tools);
    tellSubstitute(kernel, tools);
    try {
      return await work(kernel);
    } finally {
      await kernel.shutdown();
    }
  } finally {
    await broker.close();
  }
}

function tellSubstitute({ insteadOf, name }: Kernel, tools: StepTools): void {
  if (insteadOf === undefined) return;
  const message = `The template asks for the kernel ${insteadOf}; ${name} of the same language runs it.`;
  tools.emit({ code: 'warning', args: { warning: 'kernel-substituted', message } });
}
