import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ACTS } from '../../src/domain/signing/acts.ts';
import type { appendEvent } from '../../src/plan/chain.ts';
import { audit } from '../../src/usecases/audit.ts';
import { collect } from '../../src/usecases/collect.ts';
import { remind } from '../../src/usecases/remind.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, submit, toStaging, voteGo } from '../support/company-walk.ts';
import { type PaperForge, paperForge } from '../support/paper-forge.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, POLICY_FILE, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/** Votes on a merge request, in a company that counts only signed approvals: CI signs what it saw. */

const CI = 'ci@example.com';
const PEOPLE_FILE = 'relctl/forge_people.yaml';
const LOGINS = { Carol: PEOPLE.cab[0], chen: PEOPLE.cab[1], third: PEOPLE.cab[2], ravi: PEOPLE.rdLead, olga: OPERATOR };

let company: SignedCompany;
let forge: PaperForge;
afterEach(() => company.close());

const commitPlan = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');

async function open(change: { policy?: (text: string) => string; people?: Record<string, string> } = {}) {
  const accepts = (text: string) =>
    text
      .replace('signing: # docs/signing.md', 'signing:\n  accepts: { cab: [ssh, forge] }')
      .replace('machines: []', `machines: [${CI}]`);
  company = await openSignedCompany({ policy: change.policy ?? accepts });
  const people = Object.entries(change.people ?? LOGINS).map(([login, person]) => `${login}: ${person}\n`);
  const line = `${CI} namespaces="forge-vote@relctl.dev" ${company.publicKey(CI)}\n`;
  company.git.commit({ [PEOPLE_FILE]: people.join(''), [SIGNERS_FILE]: company.signers + line }, 'Votes on the forge');
  forge = paperForge('ravi', () => company.git.git('rev-parse', 'HEAD'));
  await submit(company);
  commitPlan();
  return company;
}
/** CI collects what is on the request. */
const collected = (replaced = {}) =>
  collect(company.as(CI, { ballots: forge, ...replaced }), company.id, { branch: 'release' });
/** CI puts the ballot there first. */
const begun = async () => {
  await open();
  expect((await collected()).data).toMatchObject({ recorded: [], refused: [] });
};

describe('a vote as a review on the request', () => {
  it('is recorded in the name of its person, signed by CI, bound to commit and plan, and decides', async () => {
    await begun();
    expect(forge.box()).toContain('Nobody has voted yet.');
    forge.review('carol', forge.filled('Go', 'fine by me'));
    expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[0]], refused: [] });
    expect(forge.box()).toContain('fine by me');
    forge.review('chen', forge.filled('Go'));
    expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[1]], phase: 'approved' });
    const votes = (await company.plan()).events.filter((event) => event.type === 'cab.voted');
    expect(votes.map((vote) => [vote.actor, vote.data.authenticatedBy?.login])).toEqual([
      [PEOPLE.cab[0], 'carol'],
      [PEOPLE.cab[1], 'chen'],
    ]);
    expect(votes[0]?.data).toMatchObject({
      signature: { namespace: 'forge-vote@relctl.dev' },
      authenticatedBy: { commit: company.git.git('rev-parse', 'HEAD'), collectedBy: CI, review: '1' },
    });
    const audited = await audit(company.as(OPERATOR), company.id);
    expect(audited.result).toBe('done');
    expect(audited.data.findings).toEqual([
      expect.objectContaining({
        code: 'proved-by-forge',
        severity: 'warning',
        problem: expect.stringContaining('by no key of'),
      }),
      expect.objectContaining({ code: 'proved-by-forge' }),
    ]);
    // Given again, it records nothing twice.
    expect((await collected()).data).toMatchObject({ recorded: [] });
  });

  it('stands beside votes that people signed themselves', async () => {
    await begun();
    await voteGo(company, PEOPLE.cab[0]);
    forge.review('chen', forge.filled('Go'));
    expect((await collected()).data).toMatchObject({ phase: 'approved' });
  });

  it('is a veto with its reason', async () => {
    await begun();
    forge.review('carol', forge.filled('No-Go', 'no security review'));
    expect((await collected()).data).toMatchObject({ phase: 'no-go' });
  });

  it('is taken back by a later No-Go until the deployment begins, and a further Go changes nothing', async () => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    forge.review('chen', forge.filled('Go'));
    expect((await collected()).data).toMatchObject({ phase: 'approved' });
    commitPlan();
    forge.review('third', forge.filled('Go'));
    expect((await collected()).data).toMatchObject({
      recorded: [],
      phase: 'approved',
      refused: [{ login: 'third', reason: expect.stringContaining('has decided') }],
    });
    forge.review('carol', forge.filled('No-Go', 'a hole was found'));
    expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[0]], phase: 'no-go' });
    expect((await audit(company.as(OPERATOR), company.id)).result).toBe('done');
  });

  it('is taken back by a No-Go that somebody has dismissed', async () => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    forge.review('chen', forge.filled('Go'));
    await collected();
    commitPlan();
    forge.review('carol', forge.filled('No-Go', 'a hole was found'), { voided: 'dismissed', stance: 'comments' });
    expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[0]], phase: 'no-go' });
    expect((await audit(company.as(OPERATOR), company.id)).result).toBe('done');
  });

  it.each<[string, () => void]>([
    ['what its author wrote later', () => forge.review('carol', 'lgtm', { voided: 'edited', stance: 'objects' })],
    [
      'itself',
      () => {
        const [first] = forge.all;
        if (first !== undefined) forge.all[0] = { ...first, text: 'lgtm', voided: 'edited' };
      },
    ],
  ])('is a No-Go from then on where somebody edited %s, and nothing is staged', async (_, edit) => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    forge.review('chen', forge.filled('Go'));
    await collected();
    commitPlan();
    edit();
    const unsure = await collected();
    expect(unsure).toMatchObject({ result: 'failed', headline: expect.stringContaining('may have been a no') });
    expect(unsure.data).toMatchObject({ phase: 'no-go', refused: [{ login: 'carol' }] });
    await company.advanceToWindow(-4 * 86_400_000);
    expect((await refusal(toStaging(company))).code).toBe('gate.refused');
    const last = (await company.plan()).events.findLast((event) => event.type === 'cab.voted');
    expect(last).toMatchObject({ actor: PEOPLE.cab[0], data: { decision: 'no-go' } });
    expect(last?.data).toMatchObject({ comment: expect.stringContaining('edited'), signature: expect.anything() });
    // Once is enough.
    const { length } = (await company.plan()).events;
    await collected();
    expect((await company.plan()).events).toHaveLength(length);
    expect((await audit(company.as(OPERATOR), company.id)).result).toBe('done');
  });

  it('stands where its author edited what they wrote before it', async () => {
    await begun();
    forge.review('carol', 'looks fine', { voided: 'edited', stance: 'comments' });
    forge.review('carol', forge.filled('Go'));
    forge.review('chen', forge.filled('Go'));
    expect((await collected()).data).toMatchObject({ phase: 'approved' });
    expect((await collected()).data).toMatchObject({ phase: 'approved', refused: [] });
  });

  it('is taken back on another request of the branch, too', async () => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    forge.review('chen', forge.filled('Go'));
    await collected();
    commitPlan();
    forge.review('third', forge.filled('No-Go', 'a hole'), { opener: 'mallory' });
    expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[2]], phase: 'no-go' });
  });

  it.each<[string, () => void, RegExp]>([
    ['of the author', () => forge.review('ravi', forge.filled('Go')), /opened the request/],
    ['of somebody who is not on the board', () => forge.review('olga', forge.filled('Go')), /board/i],
    ['of a login that nobody has', () => forge.review('mallory', forge.filled('Go')), /nobody is known by the login/],
    ['that was dismissed', () => forge.review('carol', forge.filled('Go'), { voided: 'dismissed' }), /dismissed/],
    ['that was edited', () => forge.review('carol', forge.filled('Go'), { voided: 'edited' }), /edited/],
    [
      'that does not approve',
      () => forge.review('carol', forge.filled('Go'), { stance: 'comments' }),
      /does not approve/,
    ],
    ['without a commit', () => forge.review('carol', forge.filled('Go'), { commit: undefined }), /which commit/],
    [
      'of a commit that is not here',
      () => forge.review('carol', forge.filled('Go'), { commit: 'f'.repeat(40) }),
      /f{12}/,
    ],
    ['with a typing error', () => forge.review('carol', forge.filled('Go').replace('Go', 'Goo')), /neither Go nor/],
    [
      'that a later unclear one takes back',
      () => {
        forge.review('carol', forge.filled('Go'));
        forge.review('carol', forge.filled('Go').replace('Decision: Go', 'Decision: no'));
      },
      /neither Go nor No-Go/,
    ],
  ])('%s is not counted, and the request says why', async (_, write, reason) => {
    await begun();
    write();
    const { data } = await collected();
    expect(data).toMatchObject({
      recorded: [],
      phase: 'submitted',
      refused: [{ reason: expect.stringMatching(reason) }],
    });
    expect(forge.box()).toContain('Not counted');
  });

  it('of a commit with another text of the plan is not counted, and after a push that changes the plan none is', async () => {
    await begun();
    const text = readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');
    const other = company.git.commit({ [SAMPLE_FILE]: `# a comment\n${text}` }, 'Change the plan');
    company.git.commit({ [SAMPLE_FILE]: text }, 'Put it back');
    forge.review('carol', forge.filled('Go'), { commit: other });
    expect((await collected()).data).toMatchObject({ refused: [{ reason: expect.stringContaining('another text') }] });
    forge.review('carol', forge.filled('Go'));
    expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[0]] });
    writeFileSync(
      join(company.git.root, SAMPLE_FILE),
      readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8').replace(
        'feature: Wallet checkout',
        'feature: Wallet checkouts',
      ),
    );
    commitPlan();
    forge.review('chen', forge.filled('Go'));
    // The submission is void with it, so nothing is asked of anybody until the plan is submitted again or put back.
    expect((await collected()).data).toMatchObject({ recorded: [], phase: 'draft' });
    const { data } = await audit(company.as(OPERATOR), company.id);
    const codes = (data.findings as { code: string }[]).map((one) => one.code);
    expect(codes.filter((code) => code === 'spec-changed').length).toBeGreaterThan(0);
  });
});

describe('a reminder', () => {
  it('mentions who has not voted by their logins on the request, in one text a day', async () => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    await collected();
    const { repository } = company.as(CI);
    const upstream = { remote: 'origin', branch: 'refs/heads/release', name: 'origin/release', commit: undefined };
    const sharing = { ...repository.sharing, upstream: async () => upstream };
    const as = company.as(CI, { ballots: forge, repository: { ...repository, sharing } });
    const reminders = () => forge.boxes().filter((text) => text.startsWith('# Reminder'));
    const { data } = await remind(as, company.id);
    expect(data.mentions).toEqual([{ logins: ['chen', 'third'], url: expect.any(String) }]);
    expect(reminders()).toEqual([expect.stringContaining('@chen @third: your vote is missing.')]);
    await remind(as, company.id);
    expect(reminders()).toHaveLength(1);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 86_400_000);
    await remind(as, company.id);
    expect(reminders()).toHaveLength(2);
  });
});

describe('the policy on the protected branch decides', () => {
  it('refuses votes from a forge where it does not take them', async () => {
    await open({ policy: (text) => text.replace('machines: []', `machines: [${CI}]`) });
    expect(await refusal(collected())).toMatchObject({
      code: 'gate.refused',
      message: expect.stringContaining('takes no votes'),
    });
  });

  it('refuses a collector that is none of its machines', async () => {
    await open({
      policy: (text) => text.replace('signing: # docs/signing.md', 'signing:\n  accepts: { cab: [ssh, forge] }'),
    });
    await collected();
    forge.review('carol', forge.filled('Go'));
    expect(await refusal(collected())).toMatchObject({
      code: 'signing.refused',
      data: { fault: 'collector-not-a-machine' },
    });
  });

  it.each(['gitea http://127.0.0.1:1 shop/web', 'gitlab', ''])(
    'is read from no forge that a push names: %s',
    async (endpoint) => {
      await begun();
      company.git.commit(
        { 'relctl.yaml': `${readFileSync(join(company.git.root, 'relctl.yaml'), 'utf8')}\nforge: { kind: github }\n` },
        'forge',
      );
      company.git.git('checkout', '-q', '-b', 'pushed');
      forge.review('carol', forge.filled('Go'));
      const error = await refusal(collected({ ballots: { ...forge, endpoint: async () => endpoint } }));
      expect(error).toMatchObject({
        code: 'gate.refused',
        message: expect.stringContaining('the protected branch names github'),
      });
      expect((await company.plan()).events.filter((event) => event.type === 'cab.voted')).toEqual([]);
      expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[0]] });
    },
  );

  it('voids what was collected once the forge is another one', async () => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    await collected();
    commitPlan();
    company.git.commit(
      { 'relctl.yaml': `${readFileSync(join(company.git.root, 'relctl.yaml'), 'utf8')}\nforge: { kind: gitlab }\n` },
      'forge',
    );
    const { findings } = (await audit(company.as(OPERATOR), company.id)).data as { findings: { code: string }[] };
    expect(findings.map((one) => one.code)).toContain('forge-of-another');
  });

  it('voids what was collected once it takes them no more, or the login is another person', async () => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    await collected();
    const faults = async () =>
      ((await audit(company.as(OPERATOR), company.id)).data.findings as { code: string }[]).map((one) => one.code);
    expect(await faults()).toEqual(['proved-by-forge']);
    company.git.commit({ [PEOPLE_FILE]: `carol: ${PEOPLE.cab[2]}\n` }, 'Carol is somebody else');
    expect(await faults()).toContain('login-of-another');
    company.git.commit({ [POLICY_FILE]: company.policy.replace('cab: [ssh, forge]', 'cab: [ssh]') }, 'Only keys');
    expect(await faults()).toContain('proof-not-accepted');
  });

  it('counts no vote that somebody wrote into the file, with a key of their own or with none', async () => {
    await begun();
    forge.review('carol', forge.filled('Go'));
    await collected();
    const plan = await company.plan();
    const vote = plan.events.findLast((event) => event.type === 'cab.voted');
    if (vote === undefined) throw new Error('a vote was expected');
    const { signature: _, ...unsigned } = vote.data as Record<string, unknown>;
    const forged = { ...vote, actor: PEOPLE.cab[1], data: unsigned } as unknown as Parameters<typeof appendEvent>[2];
    await company.store.append(plan, [forged]);
    const { data } = await audit(company.as(OPERATOR), company.id);
    expect((data.findings as { code: string }[]).map((one) => one.code)).toContain('signature-missing');
    expect((await company.state()).phase).toBe('submitted');
    // Nor does what somebody wrote under the number of a real review keep that from being taken in.
    const theirs = unsigned.authenticatedBy as object;
    forge.review('chen', forge.filled('No-Go', 'a hole'));
    const taken = { ...forged, data: { ...unsigned, authenticatedBy: { ...theirs, review: forge.all[1]?.id } } };
    await company.store.append(await company.plan(), [taken as typeof forged]);
    expect((await collected()).data).toMatchObject({ recorded: [PEOPLE.cab[1]], phase: 'no-go' });
    expect(ACTS.cab.namespace).not.toBe('forge-vote@relctl.dev');
  });
});
