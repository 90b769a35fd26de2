import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../templates/ci', import.meta.url));
const files = readdirSync(FOLDER);
const scripts = files.map((file) => ({
  file,
  // What a comment says is for people.
  text: readFileSync(join(FOLDER, file), 'utf8').replace(/(^|\s)#.*$/gm, ''),
}));

/**
 * Git takes a tag before a branch of the remote: where it is given `origin/main`, whoever may push tags has it read something else. All that the
 * templates hand to git, or to relctl for git, is a full name.
 */
describe.each(scripts)('$file', ({ file, text }) => {
  it('names a branch of the remote in full', () => {
    // relctl takes this one apart into a remote and a branch, and hands full names to git.
    const handed = text.replace(/RELCTL_RECORDS_BRANCH[:=] *\S+/g, '');
    expect(handed.match(/\S*(?<!refs\/remotes\/)\borigin\/\S*/g) ?? []).toEqual([]);
  });

  it('says in full which branch is the protected one', () => {
    const pins = [...text.matchAll(/RELCTL_PROTECTED_BRANCH[:=] *(\S+)/g)].map(([, pin]) => pin);
    expect(pins.length, file).toBe(1);
    for (const pin of pins) expect(pin).toMatch(/^refs\/remotes\/origin\//);
  });

  it('unpacks a relctl whose digest it has checked, before there is a key', () => {
    const [checked, unpacked, key] = [
      /sha256sum --check --strict/,
      /tar -xzf "\$ARCHIVE"/,
      /\$KEY"|SIGNING_KEY(_FILE)?"/,
    ].map((one) => text.search(one));
    expect(checked).toBeGreaterThan(0);
    expect(unpacked).toBeGreaterThan(checked ?? 0);
    expect([...text.matchAll(/tar -x/g)], file).toHaveLength(1);
    if (key !== -1) expect(key).toBeGreaterThan(unpacked ?? 0);
  });
});
