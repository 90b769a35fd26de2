import { describe, expect, it } from 'vitest';
import { type Asked, readAnswer } from '../../../../src/domain/ballot/answer.ts';
import { conditionQuestion } from '../../../../src/domain/ballot/condition.ts';
import { emptyForm } from '../../../../src/domain/ballot/form.ts';
import { opsQuestion, qaQuestion, type StagedSubject } from '../../../../src/domain/ballot/signoff.ts';
import { samplePlan, type WrittenPlan } from '../../../support/sample-plan.ts';

const SUBJECT: StagedSubject = {
  release: '2026-12-wallet',
  specDigest: 'a'.repeat(64),
  textDigest: 'b'.repeat(64),
  attempt: 1,
  commit: 'c'.repeat(40),
  images: { web: ['registry.example.com/web@sha256:1'] },
};
const spec = (change?: (document: WrittenPlan) => void) => samplePlan(change === undefined ? {} : { change }).spec;
const QA = qaQuestion(SUBJECT, spec());
const OPS = opsQuestion(SUBJECT, spec());
const passed = ({ form }: Asked) =>
  emptyForm(form).join('\n').replaceAll('[ ]', '[x]').replace('(Pass or Reject)', 'Pass');
const rejected = ({ form }: Asked, comment: string) =>
  emptyForm(form)
    .join('\n')
    .replace('(Pass or Reject)', 'Reject')
    .replace(/Comment:$/, `Comment: ${comment}`);
const read = (text: string, ...questions: readonly Asked[]) => readAnswer(text, questions);

describe('a sign-off as a text', () => {
  it('has a box for the regression run and for each case, or for each thing that Operations prepares', () => {
    expect(emptyForm(QA.form).slice(1)).toEqual([
      '- [ ] Regression run: checkout, payments',
      '- [ ] WALLET-1: Pay with a wallet',
      '- [ ] WALLET-2: Pay with a wallet that holds too little',
      'Decision: (Pass or Reject)',
      'Comment:',
    ]);
    expect(emptyForm(OPS.form).slice(1)).toEqual([
      '- [ ] Provisioned: Wallet settings',
      '- [ ] Variables are set: WALLET_URL, WALLET_KEY',
      '- [ ] Alert is loaded and fires in staging: WalletPaymentsFailing',
      'Decision: (Pass or Reject)',
      'Comment:',
    ]);
    const nothing = opsQuestion(
      SUBJECT,
      spec((document) => Object.assign(document.spec, { resources: [], alerts: [], environmentVariables: [] })),
    );
    expect(emptyForm(nothing.form)[1]).toBe('- [ ] The plan needs nothing new in staging');
  });

  it('is a Pass with every box confirmed, and a Reject with its reason and what is open', () => {
    expect(read(passed(QA), QA, OPS)).toMatchObject({
      kind: 'answer',
      number: QA.form.number,
      answer: { act: 'qa', decision: 'pass', confirmed: ['regression run', 'WALLET-1', 'WALLET-2'] },
    });
    expect(read(passed(OPS), QA, OPS)).toMatchObject({ answer: { act: 'ops', decision: 'pass' } });
    const half = rejected(QA, 'WALLET-2 fails').replace('[ ] WALLET-1', '[x] WALLET-1');
    expect(read(half, QA)).toMatchObject({
      answer: { decision: 'reject', confirmed: ['WALLET-1'], comment: 'WALLET-2 fails' },
    });
  });

  it.each([
    ['an open box', passed(QA).replace('[x] WALLET-2', '[ ] WALLET-2')],
    ['a box of Operations', passed(QA).replace('Decision:', '- [x] Provisioned: Wallet settings\nDecision:')],
    ['the decision of the board', passed(QA).replace('Decision: Pass', 'Decision: Go')],
    ['a typing error', passed(QA).replace('Decision: Pass', 'Decision: Pas')],
    ['a Reject without a reason', rejected(QA, '')],
    ['the number of Operations', passed(QA).replace(QA.form.number, OPS.form.number)],
    ['both forms', `${passed(QA)}\n${passed(OPS)}`],
    ['no head but its number', passed(QA).replace('QA sign-off:', 'QA signoff:')],
    [
      'a case that nobody planned',
      passed(QA).replace('Comment:', 'Evidence: WALLET-9; https://ci.example.com/1\nComment:'),
    ],
    ['a path as evidence', passed(QA).replace('Comment:', 'Evidence: WALLET-1; /etc/passwd\nComment:')],
    ['a decision in the comment', `${passed(QA)} fine\nDecision: Reject`],
    ['what was in staging before', passed(qaQuestion({ ...SUBJECT, attempt: 2 }, spec()))],
    ['other images', passed(qaQuestion({ ...SUBJECT, images: { web: ['x@sha256:2'] } }, spec()))],
  ])('with %s signs off nothing', (_, text) => {
    expect(read(text, QA, OPS)).toMatchObject({ kind: 'unclear' });
  });

  it('signs off nothing once any one character of it is lost, doubled or changed, unless it reads the same', () => {
    const body = passed(QA).replace(/\nComment:$/, '');
    const whole = read(passed(QA), QA);
    for (let at = 0; at < body.length; at += 1) {
      for (const text of [
        body.slice(0, at) + body.slice(at + 1),
        body.slice(0, at) + body[at] + body.slice(at),
        `${body.slice(0, at)}#${body.slice(at + 1)}`,
      ]) {
        const found = read(text, QA);
        if (found.kind === 'answer') expect({ at, text, found }).toMatchObject({ found: whole });
      }
    }
  });

  it('needs a link of each case that the plan wants shown', () => {
    const needing = qaQuestion(
      SUBJECT,
      spec((document) => Object.assign(document.spec.testPlan?.feature?.[0] ?? {}, { needsEvidence: true })),
    );
    expect(emptyForm(needing.form)).toContain('Evidence: WALLET-1; (link)');
    expect(read(passed(needing), needing)).toMatchObject({
      kind: 'unclear',
      reason: expect.stringContaining('WALLET-1'),
    });
    expect(read(passed(needing).replace('(link)', 'https://ci.example.com/7'), needing)).toMatchObject({
      answer: { links: new Map([['WALLET-1', 'https://ci.example.com/7']]) },
    });
    expect(read(rejected(needing, 'it fails'), needing)).toMatchObject({ kind: 'answer' });
  });

  it('is no sign-off where nobody meant one', () => {
    for (const text of ['', 'LGTM', 'Pass', 'Decision: Pass', `> ${passed(QA).replaceAll('\n', '\n> ')}`]) {
      expect(read(text, QA, OPS), text).toEqual({ kind: 'none' });
    }
  });
});

describe('a condition that is met, as a text', () => {
  const about = { release: '2026-12-wallet', round: 1, specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
  const [first, second] = [conditionQuestion(about, '11111111'), conditionQuestion(about, '22222222')];
  const text = emptyForm(first.form).join('\n');

  it('says what shows it, of one of several conditions', () => {
    expect(read(text, first, second)).toMatchObject({ kind: 'unclear', reason: expect.stringContaining('what shows') });
    const met = text.replace(/Evidence: .*/, 'Evidence: https://ci.example.com/load/7');
    expect(read(met, first, second)).toMatchObject({
      answer: { act: 'condition', condition: '11111111', evidence: 'https://ci.example.com/load/7' },
    });
    expect(read(met, second)).toMatchObject({ kind: 'unclear' });
    expect(read(met.replace('Comment:', 'Evidence: SHOP-1\nComment:'), first)).toMatchObject({ kind: 'unclear' });
  });
});
