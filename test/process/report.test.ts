import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { installRelctl } from '../support/installed.ts';
import { treeDigest } from '../support/tree-digest.ts';

const relctl = installRelctl();
let company: Company;
beforeAll(async () => {
  company = await openCompany({ onDisk: true });
});
afterAll(() => {
  company.close();
  relctl.remove();
});

describe('relctl report', () => {
  it.each([
    [[], 'usage.missing-answer', 'relctl report 2026-12-wallet-checkout'],
    [['2026-12-wallet-checkout', '--format', 'bogus'], 'usage.bad-flag', '--format html'],
    [['no-such-release'], 'plan.not-found', 'relctl list'],
    [['2026-12-wallet-checkout', '--output', '../out.html'], 'usage.bad-flag', 'relative to the root'],
  ] as const)(
    '%j is refused with %s, names the way out, and leaves the releases as they are',
    async (args, code, hint) => {
      const before = treeDigest(join(company.git.root, 'releases'));
      const finished = await relctl.run(['report', ...args, '--json'], { cwd: company.git.root });
      const { error } = JSON.parse(finished.stdout) as { error: { code: string; hints: string[] } };
      expect(finished.exitCode).toBe(2);
      expect(error.code).toBe(code);
      expect(error.hints.join('\n')).toContain(hint);
      expect(treeDigest(join(company.git.root, 'releases'))).toEqual(before);
    },
  );

  it('writes the page, the notes and the page over all releases, which links to the first', async () => {
    for (const args of [[company.id], [company.id, '--notes'], ['--all']]) {
      const finished = await relctl.run(['report', ...args, '--json'], { cwd: company.git.root });
      expect(finished.exitCode).toBe(0);
      const { data } = JSON.parse(finished.stdout) as { data: { file: string; bytes: number } };
      expect(existsSync(join(company.git.root, data.file))).toBe(true);
    }
    const index = readFileSync(join(company.git.root, 'releases/index.html'), 'utf8');
    expect(index).toContain(`href="${company.id}/report.html"`);
  });
});
