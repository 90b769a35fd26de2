import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { FOLDER, type KeptCompany, openKeptCompany } from '../support/kept-company.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany } from '../support/signed-company.ts';

/** Which commit of the config repository a release made, nobody signs. Whoever may push records another, or takes it out of the record. */
let kept: KeptCompany;
afterEach(() => kept.close());

const API = `${FOLDER}/api.yaml`;
const STEP = 'commit@production';
const log = () => kept.git('log', '--format=%s', 'main').split('\n');

async function inProduction(mode: 'full' | 'canary') {
  kept = await openKeptCompany(openSignedCompany);
  const { company } = kept;
  const commit = () =>
    company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  commit();
  await toProduction(company, { mode });
  commit();
  return company;
}

describe('the commit that is taken back', () => {
  it('is none that somebody recorded', async () => {
    const company = await inProduction('canary');
    kept.push('A note of somebody else', { [API]: `${kept.git('show', `main:${API}`)}\n# looked at\n` });
    const commit = kept.git('rev-parse', 'main');
    const of = (type: string, more: object) => ({ actor: OPERATOR, type, data: { attempt: 1, step: STEP, ...more } });
    await forge(company, (all) => [...all, of('step.intended', { fence: 1 }), of('step.completed', { commit })]);
    await toProduction(company, { mode: 'abort', reason: 'errors' });
    expect((await company.state()).phase).toBe('aborted');
    expect(kept.git('show', `main:${API}`)).toContain('# looked at');
    expect(log().filter((subject) => /revert|roll back/i.test(subject))).toEqual([]);
  });

  it('is the one of the release, also where what was recorded of it is taken out', async () => {
    const company = await inProduction('full');
    const before = log().length;
    await forge(company, (all) => all.filter(({ data }) => (data as { readonly step?: string }).step !== STEP));
    await undo(company);
    expect((await company.state()).phase).toBe('rolled-back');
    expect(log()).toHaveLength(before + 1);
  });
});
