// What an engine writes into the firewall of the computer, and taking that back, without touching what others have there.
import { spawnSync } from 'node:child_process';

const tools = ['iptables', 'ip6tables'];
const ofEngines = /\bDOCKER|\bbr-[0-9a-f]{12}\b/;

/** The rules as they are now, by tool; a tool that is not here has none. @returns {Record<string, string>} */
export function firewall() {
  return Object.fromEntries(
    tools.map((tool) => [tool, spawnSync(`${tool}-save`, { encoding: 'utf8' }).stdout ?? '']),
  );
}

/** Removes the engine's rules and chains that were not there `before`, and gives the built-in chains their policies back. @param {Record<string, string>} before */
export function restoreFirewall(before) {
  const now = firewall();
  for (const tool of tools) {
    const input = undoing(before[tool] ?? '', now[tool] ?? '');
    if (input !== '') spawnSync(`${tool}-restore`, ['--noflush'], { input });
  }
}

/**
 * What `iptables-restore --noflush` must be told so that `after` becomes `before` again, as far as an engine added to it or
 * changed policies; both as iptables-save prints them.
 * @param {string} before @param {string} after
 */
export function undoing(before, after) {
  const old = tablesOf(before);
  return [...tablesOf(after)]
    .map(([table, now]) => {
      const was = old.get(table) ?? { chains: new Map(), rules: [] };
      const added = [...now.chains.keys()].filter(
        (chain) => now.chains.get(chain) === '-' && !was.chains.has(chain) && ofEngines.test(chain),
      );
      const rules = now.rules.filter(
        (rule) =>
          !was.rules.includes(rule) && !added.includes(rule.split(' ')[1] ?? '') && ofEngines.test(rule),
      );
      const lines = [
        ...[...now.chains]
          .filter(([chain, policy]) => policy !== '-' && policy !== (was.chains.get(chain) ?? 'ACCEPT'))
          .map(([chain]) => `:${chain} ${was.chains.get(chain) ?? 'ACCEPT'} [0:0]`),
        ...rules.map((rule) => rule.replace(/^-A/, '-D')),
        ...added.map((chain) => `-F ${chain}`),
        ...added.map((chain) => `-X ${chain}`),
      ];
      return lines.length === 0 ? '' : `*${table}\n${lines.join('\n')}\nCOMMIT\n`;
    })
    .join('');
}

/**
 * By table: the policy of each chain, `-` for those that somebody made, and the rules.
 * @param {string} text
 * @returns {Map<string, { chains: Map<string, string>, rules: string[] }>}
 */
function tablesOf(text) {
  const tables = new Map();
  let table = { chains: new Map(), rules: [] };
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) {
      table = { chains: new Map(), rules: [] };
      tables.set(line.slice(1), table);
    }
    const chain = /^:(\S+) (\S+)/.exec(line);
    if (chain) table.chains.set(chain[1], chain[2]);
    if (line.startsWith('-A ')) table.rules.push(line);
  }
  return tables;
}
