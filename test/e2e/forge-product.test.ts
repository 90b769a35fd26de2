import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { collect } from '../../src/usecases/collect.ts';
import { plan } from '../../src/usecases/plan.ts';
import { remind } from '../../src/usecases/remind.ts';
import { success } from '../../src/usecases/success.ts';
import { WITHOUT_BROWSER } from '../support/browser-page.ts';
import { endHypercare, OPERATOR, submit, walkTo } from '../support/company-walk.ts';
import { CI, type ForgeCompany, openForgeCompany } from '../support/forge-company.ts';
import { findGitea } from '../support/gitea.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/**
 * The Product Manager has a browser and nothing else: on a real Gitea they choose the branches of a release, tell what they see in the first week, and
 * write down the review, in Chromium. CI collects.
 */

const PLANS = 'plans/wallet';
const FEATURE = 'feature/wallet';
const PM = PEOPLE.productManager;
const DAY = 86_400_000;
const NOTHING = { branches: [], images: [], owners: { operations: [], qa: [], cab: [], informed: [] } };
const folder = findGitea();
if (folder === undefined && process.env.CI === 'true')
  throw new Error('no gitea here; get one with: scripts/setup-gitea.sh');

describe.skipIf(folder === undefined || WITHOUT_BROWSER)('a Product Manager in a browser', () => {
  let ground: ForgeCompany;
  let request = 0;
  beforeAll(async () => {
    ground = await openForgeCompany(folder ?? '', {
      accepts: '{ branches: [forge], success: [forge], review: [forge], cab: [ssh, forge] }',
      branch: PLANS,
      plan: ({ spec }) => {
        spec.successMetrics = [
          ...(spec.successMetrics ?? []),
          {
            ...{ name: 'complaints', direction: 'down', target: 10, owner: PM, source: { kind: 'hand' } },
          },
        ];
      },
    });
    // The feature is what the sandbox knows as the next version.
    ground.company.git.git('branch', FEATURE, 'release');
    ground.company.git.git('push', '--quiet', 'origin', FEATURE);
  });
  afterAll(() => ground?.close());

  const as = (who: string) => ground.company.as(who, { ballots: ground.ballots, forge: ground.forge });
  const collected = async () => (await collect(as(CI), ground.company.id, { branch: PLANS })).data;
  const box = async (title: string) => (await ground.boxes(request)).find((one) => one.startsWith(`# ${title}`)) ?? '';
  const later = async (days: number) => {
    const { clock } = ground.company.sandbox;
    clock.advanceTo(clock.now() + days * DAY);
    await success(as(CI), ground.company.id, { values: [] });
    await collected();
  };

  it('is offered a branch once it is approved on Gitea, chooses it, and the draft follows', async () => {
    const feature = await ground.open(FEATURE, 'Wallets');
    ground.push('Draft the plan');
    request = await ground.open(PLANS, 'Wallet checkout');
    expect(await collected()).toMatchObject({ recorded: [], phase: 'draft' });
    expect(await box('Choice of branches')).toBe('');
    await ground.on(feature).review('chen', 'approve', 'well done');
    await collected();
    const form = await ground.on(request).copied('priya', 'Choice of branches');
    expect(form).toContain(`- [ ] ${FEATURE}`);
    await ground.on(request).review('priya', 'comment', form.replace(`[ ] ${FEATURE}`, `[x] ${FEATURE}`));
    expect(await collected()).toMatchObject({ recorded: [PM], answers: [{ act: 'branches' }] });
    expect(await box('Choice of branches')).toContain(`chose ${FEATURE}`);
    const { data } = await plan(as(PEOPLE.rdLead), ground.company.id, NOTHING);
    expect(data).toMatchObject({ candidate: { branches: [{ name: FEATURE, approvedBy: ['@chen'] }] } });
    ground.push('Plan what was chosen');
  });

  it('sees the board mentioned by their logins when it is reminded', async () => {
    await submit(ground.company);
    ground.push('Submit the plan');
    await remind(as(CI), ground.company.id);
    const [reminder = ''] = (await ground.boxes(request)).filter((one) => one.startsWith('# Reminder'));
    expect(reminder).toContain('@carol @chen @cleo: your vote is missing');
    // Once a day, whoever runs it.
    await remind(as(CI), ground.company.id);
    expect((await ground.boxes(request)).filter((one) => one.startsWith('# Reminder'))).toHaveLength(1);
  });

  it('tells a value of a day, is told how it was read, and corrects it', async () => {
    await walkTo(ground.company, 'hypercare', 'submitted');
    ground.push('Record the deployment');
    await later(2);
    const tell = async (value: string) => {
      const form = await ground.on(request).copied('priya', 'Success values');
      await ground.on(request).review('priya', 'comment', form.replace('(number)', value));
      return collected();
    };
    expect(await tell('seven')).toMatchObject({ recorded: [], refused: [{ login: 'priya' }] });
    expect(await box('Success and review')).toContain('is no number');
    expect(await tell('7')).toMatchObject({ recorded: [PM] });
    expect(await box('Success and review')).toMatch(/complaints\*\* on [\d-]+: 7/);
    expect(await tell('9')).toMatchObject({ recorded: [PM] });
    expect(await box('Success and review')).toContain('corrected, it was 7');
  });

  it('writes down the review, which closes the release; the audit names what proves it', async () => {
    await endHypercare(ground.company);
    await later(7);
    const form = await ground.on(request).copied('priya', 'Post-release review');
    const held = form
      .replaceAll('[ ]', '[x]')
      .replace(/^Outcome: .*$/m, 'Outcome: Partial')
      .replace(/^Lesson: .*$/m, 'Lesson: the canary saw enough traffic')
      .replace(/Comment:$/, 'Comment: too few days were told');
    await ground.on(request).review('priya', 'comment', held);
    expect(await collected()).toMatchObject({ recorded: [PM], phase: 'closed' });
    expect(await box('Success and review')).toContain('lesson: the canary saw enough traffic');
    ground.push('Record the review');
    const { result, data } = await audit(as(OPERATOR), ground.company.id);
    const codes = (data.findings as { code: string }[]).map((one) => one.code);
    expect([result, new Set(codes)]).toEqual(['done', new Set(['proved-by-forge'])]);
  });
});
