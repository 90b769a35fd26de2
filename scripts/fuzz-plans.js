// Reads 100,000 damaged Release Plan Documents and every truncation of one, and prints what came of it.
// Usage: node scripts/fuzz-plans.js [count] [seed]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'relctl-fuzz-'));
const outfile = join(folder, 'fuzz-plans.mjs');
try {
  await build({
    entryPoints: [fileURLToPath(new URL('../test/bench/fuzz-plans/main.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  // A process of its own: what aborts Node must be seen, not be shared.
  const { status, signal } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (signal !== null) console.error(`aborted by ${signal}`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
