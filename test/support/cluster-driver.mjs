// A process of its own that drives the cluster engine, and kills itself with SIGKILL when told to: at its n-th effect, which
// is the moment before a change of the file system, a program started or a request, or the moment when a request has been sent
// and its answer has not come. Its one argument is JSON; see `Drive` in drive-clusters.ts. Prints how many effects there were.

import childProcess from 'node:child_process';
import promises from 'node:fs/promises';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { contextIn } from './built-engine.mjs';

const drive = JSON.parse(process.argv[2]);
const kill = process.kill.bind(process);
let effects = 0;

function effect() {
  if (effects++ === drive.crashAt) kill(process.pid, 'SIGKILL');
}

function countCalls(module, names) {
  for (const name of names) {
    const real = module[name];
    module[name] = (...args) => {
      if (name === 'open' && (args[1] ?? 'r') === 'r') return real(...args);
      effect();
      return real(...args);
    };
  }
}
countCalls(promises, ['mkdir', 'open', 'rename', 'rm', 'rmdir', 'symlink', 'copyFile', 'chmod', 'chown']);
countCalls(childProcess, ['spawn']);
process.kill = (pid, signal) => {
  if (pid !== process.pid) effect();
  return kill(pid, signal);
};
const request = http.request;
http.request = (...args) => {
  effect();
  return request(...args).once('finish', effect);
};
syncBuiltinESMExports();

const engine = await import('../../repo2vc/dist/clusters/engine.js');
const { destroyCluster } = await import('../../repo2vc/dist/clusters/destroy.js');
const { clusterProviders } = await import('../../repo2vc/dist/clusters/registry.js');
const provider = clusterProviders.find((one) => one.id === drive.cluster.provider);
const context = contextIn(drive.places, { owner: drive.cluster.cluster.owner });
effects = 0;

if (drive.action === 'destroy') {
  await destroyCluster(drive.cluster.cluster.id, provider, {}, context);
} else {
  const view = await engine.ensureCluster(drive.cluster, provider, drive.folder, context);
  if (drive.job) {
    const connection = await provider.connect(drive.cluster.cluster, view.nodes[0], context);
    await connection.startJob('job', drive.job);
  }
}
console.log(effects);
if (drive.crashAtEnd) process.kill(process.pid, 'SIGKILL');
