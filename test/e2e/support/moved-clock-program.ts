import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MOVED_CLOCK = join(ROOT, 'test/e2e/support/moved-clock.ts');

/** A relctl whose clock can be moved. */
export interface MovedClockProgram {
  /** What Node is given to run. */
  readonly path: string;
  remove(): void;
}

/** Every importer of the system's clock gets the one that can be moved. */
const movedClock: Plugin = {
  name: 'moved-clock',
  setup({ onResolve }) {
    onResolve({ filter: /\/clock\.ts$/ }, ({ importer, resolveDir, path }) =>
      importer !== MOVED_CLOCK && join(resolveDir, path) === join(ROOT, 'src/adapters/clock.ts')
        ? { path: MOVED_CLOCK }
        : undefined,
    );
  },
};

/**
 * Bundles the whole program from its sources, with nothing replaced but the adapter of the clock, and gives it an entry of the
 * test's own: the program that is shipped has no switch that moves its clock.
 */
export async function buildMovedClockProgram(): Promise<MovedClockProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-moved-clock-'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts'],
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'chunks/[name]-[hash]',
    plugins: [movedClock],
    logLevel: 'error',
    // Some dependencies are CommonJS and call require() for Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  symlinkSync(join(ROOT, 'templates'), join(folder, 'templates'));
  const path = join(folder, 'relctl.mjs');
  writeFileSync(path, "import { run } from './dist/main.js';\nprocess.exitCode = await run(process.argv.slice(2));\n");
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
