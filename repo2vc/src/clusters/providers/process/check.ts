import { stat } from 'node:fs/promises';
import type { Context } from '../../../context.ts';
import { Failure } from '../../../failure.ts';
import { bubblewrapWorks, namespaces, systemMounts } from '../../../io/bubblewrap.ts';
import { run } from '../../../io/processes.ts';
import type { ProcessNodeTag } from '../../../model/index.ts';
import type { Guarantees } from '../../types.ts';
import { oncePerEnvironment } from './once.ts';
import { scopesWork } from './scope.ts';

/** What nodes cannot do without, by Debian package. All but tar belong to every Debian system. */
const needed: Readonly<Record<string, string>> = {
  ...{ sh: 'dash', awk: 'mawk', grep: 'grep', tar: 'tar', find: 'findutils', setpriv: 'util-linux' },
  ...{
    flock: 'util-linux',
    setsid: 'util-linux',
    mkfifo: 'coreutils',
    dd: 'coreutils',
    env: 'coreutils',
    sha256sum: 'coreutils',
  },
};

/** What process nodes promise on this computer; see ClusterProvider.check. */
export async function checkComputer(context: Context): Promise<Guarantees> {
  if (process.platform !== 'linux') {
    throw new Failure('process-needs-linux', 'Environments made of processes need Linux.', {
      hint: 'Run repo2vc on a Linux computer, in WSL 2, or in a Linux virtual machine.',
    });
  }
  const missing = await missingPrograms(context);
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((name) => needed[name] ?? name))];
    throw new Failure('programs-missing', `This computer lacks ${missing.join(', ')}.`, {
      hint: `Install them, for instance with: sudo apt-get install ${packages.join(' ')}`,
      args: { missing },
    });
  }
  const memory = await stat('/dev/shm').catch(() => undefined);
  if (!memory?.isDirectory()) {
    throw new Failure('no-memory-storage', '/dev/shm, where secrets lie in memory, is not there.', {
      hint: 'Mount it: sudo mount -t tmpfs -o mode=1777 tmpfs /dev/shm',
    });
  }
  const [isolation, scopes] = await Promise.all([chooseIsolation(context), scopesWork(context)]);
  return { isolation, limits: scopes ? 'enforced' : 'watched', expiry: 'enforced' };
}

/** Whether bubblewrap works here, tried with the namespaces that nodes get: many containers forbid them. */
export const chooseIsolation = oncePerEnvironment(tryBubblewrap);

async function tryBubblewrap(context: Context): Promise<ProcessNodeTag['isolation']> {
  const options = [...namespaces(), ...(await systemMounts())];
  return (await bubblewrapWorks(options, context)) ? 'bubblewrap' : 'none';
}

async function missingPrograms(context: Context): Promise<string[]> {
  const look = 'for name; do command -v "$name" >/dev/null || echo "$name"; done';
  const env = { PATH: context.environment.PATH };
  const result = await run(['sh', '-c', look, 'sh', ...Object.keys(needed)], { env }).catch(() => undefined);
  return result ? result.stdout.toString().split('\n').filter(Boolean) : ['sh'];
}
