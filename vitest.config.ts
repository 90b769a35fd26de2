import { defineConfig } from 'vitest/config';

/** These count or leave listeners of their process. */
const ALONE = ['test/unit/adapters/exec.test.ts', 'test/unit/adapters/terminal/interruption.test.ts'];

/** Files that share a process and its modules: docs/decisions/shared-test-processes.md. */
const SHARED = { isolate: false, setupFiles: ['test/support/shared-process.ts'] };

/**
 * Eight projects: `fast` and `alone` are what `npm test` runs (unit, contract on the sandbox and loopback servers, whole-process runs);
 * `sandbox` walks whole releases through the simulated company, with faults and with kills at every step, and `usecases` is the unit tests
 * that open such a company (`npm run test:sandbox` runs both);
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
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
          exclude: ['test/unit/usecases/**', ...ALONE],
          ...SHARED,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/build-once.ts', 'test/support/git-templates.ts'],
        },
      },
      {
        test: {
          name: 'alone',
          include: [...ALONE, 'test/process/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/build-once.ts', 'test/support/git-templates.ts'],
        },
      },
      {
        test: {
          name: 'usecases',
          include: ['test/unit/usecases/**/*.test.ts'],
          ...SHARED,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/build-once.ts', 'test/support/git-templates.ts'],
        },
      },
      {
        test: {
          name: 'sandbox',
          include: ['test/walks/**/*.test.ts', 'test/crash/**/*.test.ts'],
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
