import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { commitRecords } from '../../src/usecases/sharing/commit-records.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, toStaging, walkTo } from '../support/company-walk.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/**
 * Somebody who may push gives the plan an attribute under which git keeps another text than is written, before a No-Go is signed and committed, and then
 * takes it out again. Nobody can find the No-Go in any commit: so nothing goes forward.
 */
let company: SignedCompany;
afterEach(() => company.close());

const git = (...args: string[]) => company.git.git(...args);
const text = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');
const noGo = () =>
  signoffCab(company.as(PEOPLE.cab[2]), company.id, { decision: 'no-go', conditions: [], comment: 'it loses money' });

/** A release that is ready, and committed. */
async function ready(): Promise<string> {
  company = await openSignedCompany();
  git('config', 'relctl.protectedBranch', 'refs/heads/main');
  git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  return company.git.commit({ [SAMPLE_FILE]: text() }, 'Ready');
}

const WAYS: readonly [string, string, string][] = [
  ['an encoding, beside the plan', 'releases/.gitattributes', '*.yaml working-tree-encoding=IBM037\n'],
  ['an encoding, at the root', '.gitattributes', 'releases/** -text working-tree-encoding=IBM1047\n'],
  ['a filter of this machine', '.gitattributes', '*.yaml filter=pointer\n'],
  ['a macro', '.gitattributes', '[attr]plain filter=pointer\n*.yaml plain\n'],
];

describe('a No-Go that git kept in another form', () => {
  it.each(WAYS)('by %s, and that is taken out, keeps the release from going forward', async (_, file, attributes) => {
    const before = await ready();
    // As `git lfs install` leaves it, whose pointer has nothing of the text.
    git('config', 'filter.pointer.clean', 'git hash-object --stdin');
    company.git.commit({ [file]: attributes }, 'Attributes');
    const honest = text();
    await noGo();
    const kept = company.git.commit({ [SAMPLE_FILE]: text() }, 'No-Go');
    expect(git('show', `${kept}:${SAMPLE_FILE}`)).not.toContain('it loses money');
    company.git.commit({ [file]: null }, 'No attributes');
    company.git.commit({ [SAMPLE_FILE]: honest }, 'Tidy');
    expect(git('show', `HEAD:${SAMPLE_FILE}`)).toBe(git('show', `${before}:${SAMPLE_FILE}`));
    for (const step of [toStaging, toProduction]) {
      const { data } = await refusal(step(company));
      expect(data).toMatchObject({
        refusals: expect.arrayContaining([
          expect.objectContaining({ gate: 'history.whole', sentence: expect.stringContaining('in another form') }),
        ]),
      });
    }
    const { findings } = (await audit(company.as(OPERATOR), company.id)).data as { findings: { code: string }[] };
    expect(findings.map((one) => one.code)).toContain('version-unread');
  });

  it('stands on another branch alone, and keeps the release of this one from production', async () => {
    const before = await ready();
    company.git.commit({ '.gitattributes': '*.yaml working-tree-encoding=IBM037\n' }, 'Attributes');
    await noGo();
    company.git.commit({ [SAMPLE_FILE]: text() }, 'No-Go');
    git('update-ref', 'refs/remotes/origin/train', 'HEAD');
    git('checkout', '--quiet', '--force', '-B', 'train-2', before);
    git('branch', '--quiet', '-D', 'train');
    const { data } = await refusal(toProduction(company));
    expect(data).toMatchObject({
      refusals: [{ gate: 'history.whole', sentence: expect.stringContaining('in another form') }],
    });
  });

  it('is not committed by relctl at all', async () => {
    await ready();
    company.git.commit({ 'releases/.gitattributes': '*.yaml working-tree-encoding=IBM037\n' }, 'Attributes');
    await noGo();
    const error = await refusal(commitRecords(company.as(PEOPLE.cab[2]), company.id));
    expect(error).toMatchObject({ code: 'sharing.other-text' });
    expect(error.message).toContain('working-tree-encoding=IBM037');
  });
});

it('a version that does not read hides nothing where no attribute was ever there', async () => {
  await ready();
  const honest = text();
  company.git.commit({ '.gitattributes': '*.png filter=lfs\n*.yaml text eol=lf\n', [SAMPLE_FILE]: '<<<<<<<\n' }, 'x');
  company.git.commit({ [SAMPLE_FILE]: honest }, 'x');
  expect(await toProduction(company, { mode: 'canary' })).toMatchObject({ data: { phase: 'canary' } });
});
