// What a container engine does to the computer outside of its own folder, and taking that back.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firewall, restoreFirewall } from './firewall.mjs';

const forwarding = '/proc/sys/net/ipv4/ip_forward';
/** It makes these whatever it is told. */
const strays = ['/etc/docker/key.json', '/etc/docker', '/run/docker/plugins', '/run/docker'];

/** What there is now of all that an engine adds to. */
function look() {
  return {
    firewall: firewall(),
    forwarding: readFileSync(forwarding, 'utf8'),
    strays: strays.filter((path) => existsSync(path)),
    groups: controlGroups(),
    bridges: bridges(),
  };
}

/**
 * Makes that as it was; gives what could not be taken back.
 * @param {ReturnType<typeof look>} before
 * @returns {string[]}
 */
function takeBack(before) {
  for (const name of bridges().filter((name) => !before.bridges.includes(name)))
    spawnSync('ip', ['link', 'delete', name], { stdio: 'ignore' });
  restoreFirewall(before.firewall);
  if (readFileSync(forwarding, 'utf8') !== before.forwarding) writeFileSync(forwarding, before.forwarding);
  for (const path of strays.filter((path) => !before.strays.includes(path)))
    attempt(() => (path.endsWith('.json') ? rmSync(path) : rmdirSync(path)));
  for (const path of controlGroups().filter((path) => !before.groups.includes(path)))
    attempt(() => rmdirSync(path));
  const now = look();
  const rules = Object.keys(now.firewall).filter(
    (tool) => now.firewall[tool]?.includes('DOCKER') && !before.firewall[tool]?.includes('DOCKER'),
  );
  return [
    ...rules.map((tool) => `rules of the engine in ${tool}`),
    ...now.bridges.filter((name) => !before.bridges.includes(name)).map((name) => `interface ${name}`),
    ...now.groups.filter((path) => !before.groups.includes(path)).map((path) => `control group ${path}`),
  ];
}

/** To look before, and to take back afterwards, when no other engine ran meanwhile. */
export const engineTraces = { look, takeBack };

/** The control groups that engines make for their containers. */
function controlGroups() {
  const root = '/sys/fs/cgroup';
  const names = attempt(() => readdirSync(root)) ?? [];
  return ['', ...names].map((name) => join(root, name, 'docker')).filter((path) => existsSync(path));
}

/** The interfaces of engines' networks. */
function bridges() {
  return readdirSync('/sys/class/net').filter((name) => /^br-[0-9a-f]{12}$/.test(name));
}

/**
 * What it gives, or nothing when that is not possible, or not any more.
 * @template T @param {() => T} work @returns {T | undefined}
 */
export function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
