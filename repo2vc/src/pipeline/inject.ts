import { join, posix } from 'node:path';
import { recordListing } from '../clusters/bring-home.ts';
import type { NodeConnection } from '../clusters/types.ts';
import { Failure } from '../failure.ts';
import { writeFileAtomic } from '../io/files.ts';
import type { Packed } from '../io/pack.ts';
import { packTar } from '../io/tar.ts';
import type { Cluster, Detection, Environments, Plan, Session, Snapshot } from '../model/index.ts';
import { startJupyter, wrapperOf } from './jupyter.ts';
import { connectToEntry, needingNodes } from './nodes.ts';
import type { StepTools } from './types.ts';
import { tokenFile } from './values.ts';

export interface InjectInput {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  readonly detection: Detection;
  readonly environments: Environments;
  readonly cluster: Cluster;
}

/**
 * Places the experiment and its data on the entry node and opens JupyterLab there. May be repeated: it then places the
 * same files again and starts a new server in place of the one that nobody was told of.
 */
export function inject(input: InjectInput, tools: StepTools): Promise<Session> {
  return needingNodes([input.cluster], tools, async () => {
    const { plan, cluster } = input;
    const { node, connection } = await connectToEntry(plan, cluster, tools);
    const { directory, entry } = plan.experiment;
    const { files, bytes } = await placeFiles(input, connection, tools);
    tools.emit({ code: 'files-placed', args: { node: node.name, directory, files, bytes } });
    await recordListing(connection, directory);
    tools.emit({ code: 'server-starting', args: { node: node.name } });
    const server = await openLab(connection, input, tools);
    await writeFileAtomic(join(tools.runFolder, tokenFile), server.token, 0o600);
    const { host, port, forwarded, basePath } = server;
    const expiresAt = cluster.goal.expiresAt;
    tools.emit({
      code: 'session-ready',
      args: { host, port, notebook: entry ?? directory, expires: expiresAt },
    });
    return {
      schemaVersion: 1,
      cluster: cluster.cluster.id,
      node: node.name,
      ...{ host, port, ...(forwarded && { forwarded }), basePath, openPath: openPathOf(entry) },
      ...{ directory, tokenFile, expiresAt },
    };
  });
}

/** JupyterLab's page of a notebook: `lab/tree/PATH`, each part of the path encoded by itself. */
function openPathOf(entry: string | undefined): string {
  if (entry === undefined) return 'lab';
  return `lab/tree/${entry.split('/').map(encodeURIComponent).join('/')}`;
}

async function placeFiles(
  { plan, snapshot, detection }: InjectInput,
  connection: NodeConnection,
  { runFolder }: StepTools,
): Promise<{ files: number; bytes: number }> {
  const sources = [...detection.data, { into: '.', snapshot }];
  const packed = sources.flatMap((source) => packedFiles(source.snapshot, source.into, runFolder));
  await connection.put(packTar(packed), plan.experiment.directory);
  const sizes = sources.flatMap((source) => source.snapshot.files.map((file) => file.size));
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function packedFiles(snapshot: Snapshot, into: string, runFolder: string): Packed[] {
  return snapshot.files.map((file) => {
    const path = posix.join(into, file.path);
    if (path.startsWith('../') || posix.isAbsolute(path)) {
      throw new Failure('unsafe-path', `${path} would lie outside the folder of the experiment.`, {
        hint: 'Its author can correct it: "into" of a used link is relative to the notebook.',
      });
    }
    return { from: join(runFolder, snapshot.folder, file.path), path };
  });
}

async function openLab(connection: NodeConnection, { plan, environments }: InjectInput, tools: StepTools) {
  const script = 'mkdir -p -- "${1%/*}" && cat >"$1"';
  await connection.exec(['sh', '-c', script, 'sh', labConfiguration], { input: JSON.stringify(quiet) });
  return startJupyter(
    connection,
    {
      name: 'jupyterlab',
      program: 'jupyter-lab',
      wrapper: wrapperOf(environments, plan.groups[0]?.environment),
      root: plan.experiment.directory,
      basePath: tools.settings.session?.basePath ?? '/',
      args: [],
      env: {},
    },
    tools,
  );
}

/** Below the node's home: where JupyterLab looks for a user's page configuration. */
const labConfiguration = '.jupyter/labconfig/page_config.json';

/** What opens is the experiment: no question about news, no search for updates. */
const quiet = { disabledExtensions: { '@jupyterlab/apputils-extension:announcements': true } };
