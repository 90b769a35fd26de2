import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCompany } from '../support/company.ts';
import { installRelctl } from '../support/installed.ts';
import { PEOPLE } from '../support/sample-plan.ts';

const relctl = installRelctl();
const company = await openCompany({ onDisk: true });
afterAll(() => {
  relctl.remove();
  company.close();
});
const run = (...args: string[]) => relctl.run([...args, '--as', PEOPLE.rdLead], { cwd: company.git.root });
const recorded = async () => (await company.plan()).events.filter((event) => event.type === 'rehearsal.recorded');

describe('a rehearsal', () => {
  it('walks the plan to its end, stands in its history, and is what the board reads of it', async () => {
    const failed = await run('rehearse', company.id, '--fault', 'canary-errors');
    expect(failed.exitCode, failed.stderr).toBe(1);
    expect(failed.stdout).toContain('failed: it stops where the release is rolled back');
    expect(failed.stderr).toContain(`relctl stage ${company.id}`);
    expect(failed.stdout, 'the walk is told once').not.toContain(`relctl stage ${company.id}`);
    expect(failed.stdout, 'and where it ended').toContain(`relctl deploy ${company.id}`);
    // That a fault which was switched on is caught says nothing against the plan.
    expect(await recorded()).toEqual([]);
    const passed = await run('rehearse', company.id);
    expect(passed.exitCode, passed.stderr).toBe(0);
    expect((await recorded()).map(({ data }) => data.result)).toEqual(['passed']);
    const [{ data } = { data: undefined }] = await recorded();
    const document = readFileSync(join(company.git.root, 'releases', company.id, data?.document.file ?? ''), 'utf8');
    expect(document).toMatch(/the day was an ordinary one, with (cold-start|shared-incident)/);
    expect(await run('audit', company.id)).toMatchObject({ exitCode: 0 });
    const submitted = await run('submit-cab', company.id);
    expect(submitted.exitCode, submitted.stderr).toBe(0);
    const packet = readFileSync(join(company.git.root, 'releases', company.id, 'cab-packet-1.md'), 'utf8');
    expect(packet).toMatch(/Passed on .*rehearsal[\w-]*\.md/);
    expect(packet).not.toContain('was not rehearsed');
  });
});
