import { afterAll, describe, expect, it } from 'vitest';
import { openCompany } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { installRelctl } from '../support/installed.ts';

const relctl = installRelctl();
afterAll(() => relctl.remove());

describe('a deployment whose output nobody reads, as in `relctl deploy … | head -3`', () => {
  it('goes on to its end', async () => {
    const company = await openCompany({ onDisk: true });
    try {
      await walkTo(company, 'ready');
      await company.advanceToWindow();
      const finished = await relctl.run(['deploy', company.id, '--events', 'ndjson', '--as', OPERATOR], {
        cwd: company.git.root,
        started(child) {
          child.stdout?.destroy();
          child.stderr?.destroy();
        },
      });
      expect(finished.exitCode).toBe(0);
      const status = await relctl.run(['status', company.id, '--json'], { cwd: company.git.root });
      expect(JSON.parse(status.stdout)).toMatchObject({ data: { phase: 'deployed' } });
    } finally {
      company.close();
    }
  });
});
