import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { contextIn, placesIn } from '../support/built-engine.mjs';
import { bareNetwork, buildByHand, timed, withEngine } from './engine.mjs';
import { interleaved, round } from './measure.mjs';

export const name = 'images';
export const aim =
  "an environment's image, cold and warm, takes at most 1.15 × an expert's Dockerfile built by hand";

const requirements = ['jupyterlab==4.6.4', 'ipykernel', 'numpy', 'matplotlib'];

export async function run() {
  return withEngine(async ({ docker, folder, environment }) => {
    const { imageBuilder } = await import('../../repo2vc/dist/builders/image/index.js');
    const network = await bareNetwork(docker, '10.214.250.0/28');
    const made = [];
    try {
      const tools = contextIn(placesIn(folder), { environment });
      const ours = (base, cache) => buildOurs(imageBuilder, base, tools, join(folder, cache));
      const files = await expertsFiles(tools);
      const theirs = (base, options) =>
        buildByHand(docker, files(base), { networkmode: network.id, t: `${base}-expert`, ...options });
      const cold = await interleaved(2, {
        ours: () => onNewBase(docker, made, (base) => ours(base, base)),
        expert: () => onNewBase(docker, made, (base) => theirs(base, { nocache: true })),
      });
      const base = await newBase(docker, made);
      await ours(base, 'warm');
      await theirs(base, {});
      const warm = await interleaved(7, {
        ours: () => timed(() => ours(base, 'warm')),
        expert: () => timed(() => theirs(base, {})),
      });
      return [row('cold build', cold), row('warm build', warm)];
    } finally {
      for (const base of made) await removeBuiltOn(docker, base);
      await network.remove();
    }
  });
}

const row = (what, { ours, expert }) => ({
  what,
  value: round(ours),
  unit: 'ms',
  floor: round(expert),
  ratio: round(ours / expert),
  ok: ours / expert <= 1.15,
});

/** An image that nothing has been built on, so that no step of a build is known to the engine. */
async function newBase(docker, made) {
  const base = `repo2vc-test/bench:${randomBytes(6).toString('hex')}`;
  const image = await buildByHand(
    docker,
    { Dockerfile: `FROM repo2vc-test/base:bookworm\nLABEL repo2vc-test=${base}\n` },
    { t: base },
  );
  made.push(image);
  return base;
}

async function onNewBase(docker, made, work) {
  const base = await newBase(docker, made);
  return timed(() => work(base));
}

async function buildOurs(builder, base, tools, cache) {
  const context = {
    ...tools,
    places: { ...tools.places, cache },
    containers: async () => ({ baseImages: { 'python:*': base } }),
    runFolder: tools.places.state,
  };
  const spec = { kind: 'python', python: 'any', requirements: requirements.map((text) => ({ text })) };
  const target = {
    platform: await builder.platform(context),
    base: await builder.chooseBase('main', spec, context),
    sourceBuilds: false,
  };
  const { value } = await builder.build('main', spec, target, context);
  if (!value) throw new Error('the build asks for consent');
}

/** What somebody writes who knows uv, and wants what we give: a plain user, and bytecode. */
async function expertsFiles(tools) {
  const { authoritiesOf } = await import('../../repo2vc/dist/builders/image/authorities.js');
  const { hostSettings } = await import('../../repo2vc/dist/builders/image/host-settings.js');
  const authorities = await authoritiesOf(tools);
  const { variables, proxies } = await hostSettings(tools);
  const settings = Object.entries({ ...variables, ...proxies }).map(([key, value]) => `ARG ${key}=${value}`);
  const trust = ['COPY ca.pem /etc/ca.pem', 'ENV SSL_CERT_FILE=/etc/ca.pem PIP_CERT=/etc/ca.pem'];
  return (base) => ({
    ...(authorities && { 'ca.pem': authorities }),
    'requirements.txt': `${requirements.join('\n')}\n`,
    Dockerfile: [
      `FROM ${base}`,
      ...(authorities ? trust : []),
      ...settings,
      'RUN pip install --no-cache-dir uv && useradd --create-home --uid 1000 jovyan && uv venv /srv/venv',
      'COPY requirements.txt /tmp/',
      'RUN uv pip install --no-cache --compile-bytecode --python /srv/venv -r /tmp/requirements.txt',
      'ENV PATH=/srv/venv/bin:$PATH',
      'USER jovyan',
      'WORKDIR /home/jovyan',
      'CMD ["jupyter", "lab", "--ip", "0.0.0.0"]',
      '',
    ].join('\n'),
  });
}

/** Removes every image that has a base among its ancestors, the newest first. */
async function removeBuiltOn(docker, base) {
  const images = await docker.listImages({ filters: { since: [base] } });
  for (const { Id } of [...images, { Id: base }]) {
    const history = await docker
      .getImage(Id)
      .history()
      .catch(() => []);
    if (history.some((layer) => layer.Id === base)) await docker.getImage(Id).remove({ force: true });
  }
}
