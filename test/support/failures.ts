import { expect } from 'vitest';
import { type Failure, isFailure } from '../../repo2vc/src/failure.ts';

/** The Failure that some work ends with; fails the test when there is none, or something else is thrown. */
export async function failureOf(work: () => unknown): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  return expect.fail('nothing failed');
}
