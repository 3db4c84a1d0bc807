import type { Context } from '../context.ts';
import { isFailure } from '../failure.ts';
import type { Environment, Outcome } from '../model/index.ts';
import { withLock } from './with-lock.ts';

/** An environment that is taken from the cache, or made. */
interface Wanted<E> {
  readonly name: string;
  readonly id: string;
  /** Of this environment alone, below the cache. */
  readonly folder: string;
  /** What it is built on, for people. */
  readonly on: string;
  /** The environment if it is there whole. */
  readonly cached: () => Promise<E | undefined>;
  /** Only called by the owner of the folder's lock. */
  readonly make: () => Promise<E>;
}

/** Gives an environment from the cache, or makes it; of two who want it at once, one waits for the other. */
export async function obtain<E extends Environment>(wanted: Wanted<E>, context: Context): Promise<E> {
  const { name, id, folder, on } = wanted;
  const reused = async () => {
    const environment = await wanted.cached();
    if (environment) context.emit({ code: 'environment-reused', args: { name, id } });
    return environment;
  };
  return (
    (await reused()) ??
    withLock(folder, context, async () => {
      const meanwhile = await reused();
      if (meanwhile) return meanwhile;
      context.emit({ code: 'environment-building', args: { name, id, interpreter: on } });
      const began = context.clock.now().getTime();
      const environment = await wanted.make();
      const ms = context.clock.now().getTime() - began;
      const packages = environment.lock.packages.length;
      context.emit({ code: 'environment-built', args: { name, id, packages, ms } });
      return environment;
    })
  );
}

/**
 * Builds, and asks for consent where packages can only be built from source and there is none yet: that runs code of
 * people whom the person did not choose.
 */
export async function orConsent(
  target: { readonly sourceBuilds: boolean },
  build: () => Promise<Environment>,
): Promise<Outcome<Environment>> {
  try {
    return { value: await build() };
  } catch (error) {
    if (target.sourceBuilds || !isFailure(error) || error.code !== 'only-source-distribution') throw error;
    const packages = Array.isArray(error.args.packages) ? [...error.args.packages] : [];
    return { needs: [{ kind: 'consent', to: 'source-builds', packages }] };
  }
}
