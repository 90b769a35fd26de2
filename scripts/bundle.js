// Bundles TypeScript of this repository so that plain Node can run it, where it is measured, tried or read for documentation.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Some packages are CommonJS and call require() for Node's own modules. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** A file that finds others beside itself keeps knowing where its source is. */
const whereSourcesAre = {
  name: 'where-sources-are',
  setup({ onLoad }) {
    onLoad({ filter: /\/(src|test)\/.*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    }));
  },
};

/**
 * @param {string} outfile where the bundle goes
 * @param {import('esbuild').BuildOptions} what `entryPoints`, relative to the repository, or `stdin`; and what else differs
 */
export async function bundle(outfile, { plugins = [], ...what }) {
  await build({
    absWorkingDir: root,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'error',
    plugins: [...plugins, whereSourcesAre],
    banner: { js: REQUIRE },
    ...what,
  });
}
