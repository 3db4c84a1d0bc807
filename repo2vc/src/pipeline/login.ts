import { isFailure } from '../failure.ts';
import type { LoginNeed, Outcome } from '../model/index.ts';

/** Does work for which an archive may want to know who asks: that is a question to the person, not a failure. */
export async function loginAsNeed<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (!isFailure(error) || error.code !== 'login-needed') throw error;
    const { origin, why } = error.args;
    return { needs: [{ kind: 'login', origin: String(origin), why: why as LoginNeed['why'] }] };
  }
}
