import { readFileSync } from 'node:fs';
import { pack } from 'tar-stream';
import { bareNetwork, withEngine } from './engine.mjs';
import { answers, entry, fromDoi, serverOptions, steps } from './from-doi.mjs';

export const name = 'warm reproduce in containers';
export const aim = 'from the DOI to the page of N, at most 1.3 × the sum of the floors of its parts';

const host = '127.77.253.1';
const home = '/home/jovyan';

export function run() {
  return withEngine(async ({ docker, environment }) => {
    process.env.DOCKER_HOST = environment.DOCKER_HOST;
    return fromDoi('docker', 1.3, (_folder, { image }) => {
      const inside = (work) => inContainer(docker, image, work);
      return {
        'a node and a client': async () =>
          (await inside(async () => 0)).up + (await inside(async () => 0)).up,
        'a server for the steps': async () => (await inside(untilUp('server', 'api/status'))).work,
        'the steps, by nbclient': async () =>
          (await inside((container) => ended(container, ['python', 'steps.py']))).work,
        JupyterLab: async () => (await inside(untilUp('lab', 'lab/tree/analysis.ipynb'))).work,
      };
    });
  });
}

/** A container on a network of its own, as long as something is done in it. Milliseconds: until it was up, and for that. */
async function inContainer(docker, Image, work) {
  const begin = performance.now();
  const network = await bareNetwork(docker, '10.214.251.0/28');
  const container = await docker.createContainer({
    ...{ Image, Entrypoint: ['sleep'], Cmd: ['600'], ExposedPorts: { '8888/tcp': {} } },
    HostConfig: {
      NetworkMode: network.id,
      PortBindings: { '8888/tcp': [{ HostIp: host, HostPort: '8888' }] },
    },
    Labels: { 'repo2vc-test': 'bench' },
  });
  try {
    await container.start();
    const up = performance.now() - begin;
    await container.putArchive(files(), { path: home });
    const start = performance.now();
    await work(container);
    return { up, work: performance.now() - start };
  } finally {
    await container.remove({ force: true });
    await network.remove();
  }
}

function files() {
  const tar = pack();
  tar.entry({ name: 'steps.py' }, steps);
  tar.entry({ name: 'analysis.ipynb' }, readFileSync(entry));
  tar.finalize();
  return tar;
}

/** Starts a Jupyter server and waits for its answer. */
const untilUp = (kind, path) => async (container) => {
  const Cmd = ['jupyter', kind, ...serverOptions(home, 8888, '0.0.0.0')];
  const exec = await container.exec({ Cmd });
  const stream = await exec.start({ Detach: true });
  stream.destroy();
  await answers(`http://${host}:8888/${path}`, 'bench');
};

async function ended(container, Cmd) {
  const exec = await container.exec({ Cmd, AttachStdout: true, AttachStderr: true, WorkingDir: home });
  const stream = await exec.start({});
  await new Promise((resolve) => stream.on('end', resolve).resume());
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`${Cmd.join(' ')} ended with ${ExitCode}`);
}
