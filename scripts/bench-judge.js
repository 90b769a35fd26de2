// Runs relctl's judge against Kayenta's, fixed thresholds and Wald's SPRT over simulated canaries, and prints the tables.
//   node scripts/bench-judge.js [--canaries 2000] [--seed 1] [--write]
// --write keeps them in docs/bench-judge.md. Progress goes to stderr.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    canaries: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const canaries = Number(values.canaries);
const seed = Number(values.seed);
if (!Number.isInteger(canaries) || canaries < 1 || !Number.isInteger(seed)) {
  console.error('--canaries and --seed must be whole numbers, --canaries at least 1');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'relctl-bench-'));
try {
  const outfile = join(folder, 'bench.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/bench/judge/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
  });
  const { runBench } = await import(pathToFileURL(outfile).href);
  const command = `node scripts/bench-judge.js --canaries ${canaries} --seed ${seed} --write`;
  const { text, allReached } = runBench({ canaries, seed, command }, (line) => console.error(line));
  console.log(text);
  console.error(allReached ? 'all aims are reached' : 'some aims are not reached: see the end of the report');
  if (values.write) writeFileSync(join(root, 'docs/bench-judge.md'), text);
} finally {
  rmSync(folder, { recursive: true });
}
