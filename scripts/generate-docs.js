// Writes docs/schemas/*.json, docs/cli.md and docs/errors.md from the sources. With --check it writes nothing and fails where they differ, and where a
// command or a flag is not named in the changelog.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, root } from './bundle.js';
import { errorsIn } from './docs/error-codes.js';
import { errorPage } from './docs/error-page.js';
import { commandsAndFlags, namedIn } from './release/changelog.js';

const isCheck = process.argv.includes('--check');
const COLUMNS = 100;

/** The sources that documentation is made from, bundled so that plain node can read them. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-docs-'));
  const outfile = join(folder, 'docs.mjs');
  try {
    await bundle(outfile, {
      stdin: {
        contents: `
          export { ENTRIES } from './src/program/entries.ts';
          export { buildProgram, GLOBALS } from './src/program/program.ts';
          export { ERRORS, EXIT_CODES } from './src/errors.ts';
          export { jsonSchema, SCHEMA_NAMES } from './src/usecases/schema.ts';
        `,
        resolveDir: root,
        loader: 'ts',
      },
      // Commands are imported when they are given; help needs none of them.
      plugins: [
        {
          name: 'no-commands',
          setup: (on) => on.onResolve({ filter: /\/commands\// }, ({ path }) => ({ path, external: true })),
        },
      ],
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `relctl … --help` prints, at a fixed width. */
function helpOf(buildProgram, words) {
  let text = '';
  const output = {
    columns: COLUMNS,
    write: (part) => {
      text += part;
    },
  };
  try {
    buildProgram('', output, () => undefined).parse([...words, '--help'], { from: 'user' });
  } catch (error) {
    if (error?.code !== 'commander.helpDisplayed') throw error;
  }
  return text.trimEnd();
}

function commandReference({ ENTRIES, buildProgram }) {
  const section = (title, words) => `## ${title}\n\n\`\`\`text\n${helpOf(buildProgram, words)}\n\`\`\`\n`;
  return [
    '# Commands\n',
    'What each command says of itself. Made by `npm run docs`; `npm test` fails when it is out of date.\n',
    section('relctl', []),
    ...ENTRIES.map((entry) => section(`relctl ${entry.path}`, entry.path.split(' '))),
  ].join('\n');
}

const sources = await load();
const documents = new Map([
  ['docs/cli.md', commandReference(sources)],
  ['docs/errors.md', errorPage(sources.ERRORS, sources.EXIT_CODES, errorsIn(join(root, 'src')))],
]);
for (const name of sources.SCHEMA_NAMES) {
  const file = name === 'plan' ? 'release-plan' : name;
  documents.set(`docs/schemas/${file}.v1.json`, `${JSON.stringify(sources.jsonSchema(name), null, 2)}\n`);
}

for (const [file, text] of documents) {
  const path = join(root, file);
  if (isCheck) {
    const found = readIfThere(path);
    if (found !== undefined && checked(file, found) === checked(file, text)) continue;
    console.error(`${file} is out of date: npm run docs`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

if (isCheck) {
  const names = namedIn(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  const there = commandsAndFlags(
    sources.ENTRIES,
    sources.GLOBALS.map((option) => option.flags),
  );
  const missing = there.filter((one) => !names.has(one));
  if (missing.length > 0) {
    console.error(`CHANGELOG.md names neither of these; add them below "Commands and flags": ${missing.join(', ')}`);
    process.exitCode = 1;
  }
}

// A word of a message changes with many commits; what has to be there at once is each code.
function checked(file, text) {
  return file === 'docs/errors.md' ? (text.match(/^### .*$/gm) ?? []).join('\n') : text;
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
