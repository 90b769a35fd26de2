// Bundles a bench that is written in TypeScript and runs it in a process of its own, with the built relctl as its first argument.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * @param {string} entry path of the bench, relative to this folder
 * @param {readonly string[]} args what it gets beside the path of relctl
 */
export async function runBench(entry, args) {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-bench-'));
  // As deep as the sources lie, beside the templates, which the benches find relative to themselves.
  const outfile = join(folder, 'test', 'bench', 'bench.mjs');
  symlinkSync(fileURLToPath(new URL('../templates', import.meta.url)), join(folder, 'templates'));
  try {
    await build({
      entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
    const relctl = process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../bin/relctl.js', import.meta.url));
    const { status } = spawnSync(process.execPath, [outfile, relctl, ...args], { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
