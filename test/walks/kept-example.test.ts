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

const PARTS = ['relctl.yaml', 'relctl/process', 'releases'];
/** What differs from one run to the next, or with a byte of relctl: digests, and the times of the clock outside the sandbox. */
const inWords = (text: string) => text.replace(/\b[0-9a-f]{12,64}\b/g, '#');

function textsOf(folder: string): Readonly<Record<string, string>> {
  const files = PARTS.flatMap((part) =>
    part.endsWith('.yaml')
      ? [part]
      : readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
          .filter((one) => one.isFile() && !/^(README\.md|report\.html|index\.html|\.gitattributes)$/.test(one.name))
          .map((one) => join(one.parentPath, one.name).slice(folder.length + (folder.endsWith('/') ? 0 : 1))),
  );
  return Object.fromEntries(
    files.toSorted().map((file) => [file, inWords(readFileSync(join(folder, file), 'utf8'))] as const),
  );
}

/** Whoever looks at releases/ sees what relctl draws today. Where this fails: `npm run demo -- --keep .` makes them anew. */
it('the releases that are kept to be looked at are those of today’s demo', async () => {
  await promisify(execFile)(process.execPath, [join(PROJECT, 'scripts/demo.js'), '--keep', made], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const [kept, today] = [textsOf(PROJECT), textsOf(made)];
  expect(Object.keys(kept)).toEqual(Object.keys(today));
  for (const [file, text] of Object.entries(today)) expect(kept[file], file).toBe(text);
}, 240_000);
