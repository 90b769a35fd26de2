// Forges a signed release in every known way, and signs honestly many times; prints what was refused.
//   node scripts/forgery-table.js [--honest 1000] [--write]
// --write keeps the table in docs/forgeries.md. Progress goes to stderr; the exit code is 1 when anything was accepted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { honest: { type: 'string', default: '1000' }, write: { type: 'boolean', default: false } },
});
const honest = Number(values.honest);
if (!Number.isInteger(honest) || honest < 0) {
  console.error('--honest must be a whole number');
  process.exit(2);
}

// At the depth of test/support, so that files which the lab reads beside its sources are found by the same relative paths.
const folder = mkdtempSync(join(root, 'test/.forgeries-'));
try {
  const outfile = join(folder, 'forgeries.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/bench/forgeries/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  const { runForgeries } = await import(pathToFileURL(outfile).href);
  const command = `node scripts/forgery-table.js --honest ${honest} --write`;
  const { text, allRefused } = await runForgeries({ honest, command }, (line) => console.error(line));
  console.log(text);
  if (values.write) writeFileSync(join(root, 'docs/forgeries.md'), text);
  process.exitCode = allRefused ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
