import { defineConfig } from 'vitest/config';

/** Nothing here touches files, processes or a clock, so these files share their modules: the imports of 155 files cost 100 s of CPU time. */
const PURE = ['domain', 'plan', 'evidence', 'text'].map((room) => `test/unit/${room}/**/*.test.ts`);

/**
 * Seven projects: `pure` and `fast` are what `npm test` runs (unit, contract on the sandbox and loopback servers, whole-process runs);
 * `sandbox` walks whole releases through the simulated company, with faults and with kills at every step (`npm run test:sandbox`);
 * `fuzz` reads thousands of damaged plans (`npm run test:fuzz`);
 * `rails` plants violations and expects each check to find its own (`npm run rails`);
 * `e2e` needs a Kubernetes control plane and a Prometheus and is run by `npm run test:e2e`; `gateway` also needs a gateway and a
 * network of its own (`npm run test:gateway`).
 */
export default defineConfig({
  test: {
    // All cores: vitest would leave one idle, and on two that is half of them.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/process/**/*.test.ts'],
          exclude: ['test/unit/usecases/**', ...PURE],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/build-once.ts', 'test/support/git-templates.ts'],
        },
      },
      {
        test: {
          name: 'pure',
          include: PURE,
          isolate: false,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'sandbox',
          include: ['test/unit/usecases/**/*.test.ts', 'test/walks/**/*.test.ts', 'test/crash/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/build-once.ts', 'test/support/git-templates.ts'],
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'rails',
          include: ['test/rails/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          globalSetup: [
            'test/support/build-once.ts',
            'test/support/git-templates.ts',
            'test/support/say-real-parts.ts',
          ],
        },
      },
      {
        test: {
          name: 'gateway',
          include: ['test/e2e/gateway/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          globalSetup: [
            'test/support/build-once.ts',
            'test/support/git-templates.ts',
            'test/support/say-real-parts.ts',
          ],
        },
      },
    ],
  },
});
