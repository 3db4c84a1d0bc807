import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Polling looks for what must become true, however slow the computer is.
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 2,
  },
});
