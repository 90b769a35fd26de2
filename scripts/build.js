// Bundles src/ into dist/ with code splitting: each command is its own chunk, so that `--version` loads almost nothing.

import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
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
  resolveId: (id, importer = '') =>
    id === 'node:child_process' && /node_modules\/commander\//.test(importer) ? '\0nothing' : undefined,
  load: (id) => (id === '\0nothing' ? 'module.exports = {};' : undefined),
};

/**
 * What is loaded together is one file, since Node takes half a millisecond for each: what every start loads, what shows help, and what else a `status`
 * needs. Each holds what its modules lead to without a dynamic import; what several lead to is in the first of them.
 */
const TOGETHER = {
  start: ['src/errors.ts'],
  help: ['src/program/program.ts', 'src/program/asked-help.ts', 'src/program/choices.ts'],
  reading: [
    'src/terminal.ts',
    'src/renderers/human.ts',
    'src/composition/reading.ts',
    ...['status', 'noting', 'playing', 'uncommitted'].map((name) => `src/commands/${name}.ts`),
  ],
};
const groups = Object.entries(TOGETHER).map(([name, files], index) => ({
  name,
  priority: Object.keys(TOGETHER).length - index,
  test: (id) => files.includes(relative(root, id)),
}));

const bundle = await rolldown({
  cwd: root,
  input: 'src/main.ts',
  platform: 'node',
  plugins: [nothingToStart],
  transform: {
    target: 'node20.19',
    define: { RELCTL_VERSION: JSON.stringify(version), RELCTL_BUILD: JSON.stringify(await sourceDigest()) },
  },
  // Some modules are there for some commands alone and are in a chunk with others all the same.
  checks: { ineffectiveDynamicImport: false },
});
const { output } = await bundle.write({
  dir: fresh,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  comments: { legal: true, annotation: false, jsdoc: false },
  codeSplitting: { groups },
});
await bundle.close();
const chunks = output.filter((one) => one.type === 'chunk');

/** What the bundle is made from: relctl remembers what it made of a file only as long as it is the same relctl. */
async function sourceDigest() {
  const digest = createHash('sha256').update(await readFile(`${root}/package-lock.json`));
  const files = (await readdir(`${root}/src`, { recursive: true })).filter((file) => file.endsWith('.ts')).sort();
  for (const file of files) digest.update(file).update(await readFile(`${root}/src/${file}`));
  return digest.digest('hex').slice(0, 16);
}

// Says which sources each chunk was made of: how the tests know what a start of relctl loads.
const inputsOf = ({ modules }) =>
  Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [relative(root, id)] : []));
const sources = Object.fromEntries(chunks.map((chunk) => [`dist/${chunk.fileName}`, inputsOf(chunk)]));
const bundled = Object.values(sources).flat();
for (const file of Object.values(TOGETHER).flat())
  if (!bundled.includes(file)) throw new Error(`${file} is not in the bundle: TOGETHER in scripts/build.js`);
writeFileSync(`${fresh}/meta.json`, JSON.stringify(sources));
writeFileSync(`${fresh}/LICENSES.txt`, licenceTexts(root, bundled));

// Swapped in at once: whoever runs the bundle meanwhile finds the old one or the new one.
const old = `${fresh}.old`;
if (existsSync(`${root}/dist`)) renameSync(`${root}/dist`, old);
renameSync(fresh, `${root}/dist`);
rmSync(old, { recursive: true, force: true });
