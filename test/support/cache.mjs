import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where tests and benchmarks keep what is dear to make and can be made again: uv, prefixes, wheels, the base image. */
export const cacheFolder =
  process.env.REPO2VC_TEST_CACHE ?? join(tmpdir(), `repo2vc-test-cache-${process.getuid?.()}`);
