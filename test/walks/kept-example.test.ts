import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const made = mkdtempSync(join(realpathSync(tmpdir()), 'relctl-kept-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));

/** What people look at: the plan as it is approved, and what is drawn of it. What is recorded below may differ by a word. */
const DRAWN = /\.(md|html|ics|yaml)$/;
/** Digests differ with a byte of what they are of. */
const inWords = (text: string) => text.replace(/^status:[\s\S]*/m, '').replace(/\b[0-9a-f]{12,64}\b/g, '#');

function textsOf(folder: string): Readonly<Record<string, string>> {
  const below = join(folder, 'releases');
  const files = readdirSync(below, { recursive: true, encoding: 'utf8' }).filter(
    (file) => DRAWN.test(file) && !/(^README\.md|report\.html|index\.html)$/.test(file),
  );
  return Object.fromEntries(files.toSorted().map((file) => [file, inWords(readFileSync(join(below, file), 'utf8'))]));
}

/** Whoever looks at releases/ sees what relctl draws today. Where this fails: `npm run demo -- --keep .` makes them anew. */
it('the releases that are kept to be looked at are those of today’s demo', async () => {
  await promisify(execFile)(process.execPath, [join(PROJECT, 'scripts/demo.js'), '--keep', made], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const [kept, today] = [textsOf(PROJECT), textsOf(made)];
  expect(Object.keys(kept)).toEqual(Object.keys(today));
  for (const [file, text] of Object.entries(today)) expect(kept[file], file).toBe(text);
}, 900_000);
