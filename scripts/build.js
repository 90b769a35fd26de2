// Bundles src/ into dist/ with code splitting: each command is its own chunk, so that `--version` loads almost nothing.

import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licenceTexts } from './licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
const fresh = `${root}/dist-${process.pid}.tmp`;

/**
 * commander can start other programs for its subcommands, and loads what it would need for that; relctl has no such subcommand,
 * and loading it takes a tenth of a start.
 */
const nothingToStart = {
  name: 'nothing-to-start',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /node_modules\/commander\//.test(importer) ? { path: 'child_process', namespace: 'nothing' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
  plugins: [nothingToStart],
  legalComments: 'external',
  define: { RELCTL_VERSION: JSON.stringify(version), RELCTL_BUILD: JSON.stringify(await sourceDigest()) },
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

/** What the bundle is made from: relctl remembers what it made of a file only as long as it is the same relctl. */
async function sourceDigest() {
  const digest = createHash('sha256').update(await readFile(`${root}/package-lock.json`));
  const files = (await readdir(`${root}/src`, { recursive: true })).filter((file) => file.endsWith('.ts')).sort();
  for (const file of files) digest.update(file).update(await readFile(`${root}/src/${file}`));
  return digest.digest('hex').slice(0, 16);
}

// Says which sources each chunk was made of: how the tests know what a start of relctl loads.
writeFileSync(`${fresh}/meta.json`, JSON.stringify(metafile));

// esbuild puts the legal comments of the sources beside each chunk; all that is to be told stands in one file.
const beside = (await readdir(fresh, { recursive: true })).filter((file) => file.endsWith('.LEGAL.txt'));
const comments = await Promise.all(beside.map((file) => readFile(`${fresh}/${file}`, 'utf8')));
writeFileSync(`${fresh}/LICENSES.txt`, licenceTexts(root, metafile, comments));
for (const file of beside) rmSync(`${fresh}/${file}`);

// Swapped in at once: whoever runs the bundle meanwhile finds the old one or the new one.
const old = `${fresh}.old`;
if (existsSync(`${root}/dist`)) renameSync(`${root}/dist`, old);
renameSync(fresh, `${root}/dist`);
rmSync(old, { recursive: true, force: true });
