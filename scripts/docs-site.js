import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';

/** Writes the documentation as a site into dist-docs/: `npm run docs:site`. A dead link between pages is an error. */
await build(fileURLToPath(new URL('../docs', import.meta.url)));
