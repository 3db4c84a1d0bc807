// What is on a container engine, by the labels that clusters put on everything, seen without anything of ours.
import { answeringEngine } from './engine.mjs';
import { ask } from './engine-api.mjs';

/**
 * One line for each container, network and volume of a cluster. @param {string} cluster @param {string} [host]
 * @returns {Promise<string[]>}
 */
export async function objectsOf(cluster, host) {
  const engine = host ?? (await answeringEngine());
  if (engine === undefined) return [];
  const filters = encodeURIComponent(JSON.stringify({ label: [`repo2vc.cluster=${cluster}`] }));
  const [containers, networks, { Volumes: volumes }] = await Promise.all(
    ['/containers/json?all=1&', '/networks?', '/volumes?'].map((path) =>
      ask(engine, 'GET', `${path}filters=${filters}`),
    ),
  );
  return [
    ...containers.map(({ Id, Names }) => `container ${Id.slice(0, 12)} ${Names}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...(volumes ?? []).map(({ Name }) => `volume ${Name}`),
  ].sort();
}
