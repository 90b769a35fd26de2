import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ballotNumber } from '../../../../src/domain/ballot/ballot.ts';
import { branchesNumber } from '../../../../src/domain/ballot/branches.ts';
import { conditionNumber } from '../../../../src/domain/ballot/condition.ts';
import { reviewNumber } from '../../../../src/domain/ballot/review.ts';
import { signoffNumber } from '../../../../src/domain/ballot/signoff.ts';
import { successNumber } from '../../../../src/domain/ballot/success.ts';
import { examineProof, formNumberOf } from '../../../../src/domain/signing/examine-proof.ts';
import type { RecordedEvent } from '../../../../src/plan/events.ts';
import type { ForgeSettings } from '../../../../src/plan/forge.ts';
import { policySchema } from '../../../../src/plan/policy.ts';
import { PEOPLE, SAMPLE_ID } from '../../../support/sample-plan.ts';

const TEMPLATE = fileURLToPath(new URL('../../../../templates/process/standard-3.0.yaml', import.meta.url));
const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const CI = 'ci@example.com';
const [CAROL, CHEN] = PEOPLE.cab;

/** What the rules say of a vote of Carol's, whose login on the forge is carol. */
function faultOf(change: {
  readonly accepts?: readonly ('ssh' | 'forge')[];
  readonly machines?: readonly string[];
  readonly proof?: Readonly<Record<string, string>> | null;
  readonly actor?: string;
  readonly forge?: ForgeSettings;
}): string | undefined {
  const policy = policySchema.parse(parse(readFileSync(TEMPLATE, 'utf8')));
  const ballot = ballotNumber({ release: SAMPLE_ID, round: 1, ...SUBJECT });
  const proof = { kind: 'forge', login: 'Carol', endpoint: 'github', collectedBy: CI, ballot, ...change.proof };
  const event = {
    type: 'cab.voted',
    actor: change.actor ?? CAROL,
    data: { ...SUBJECT, round: 1, ...(change.proof === null ? {} : { authenticatedBy: proof }) },
  } as unknown as RecordedEvent;
  const trust = {
    policy: {
      ...policy,
      machines: [...(change.machines ?? [CI])],
      signing: { ...policy.signing, accepts: { ...policy.signing.accepts, cab: [...(change.accepts ?? ['forge'])] } },
    },
    forge: change.forge,
    forgePeople: new Map([['carol', CAROL]]),
  };
  const plan = { id: SAMPLE_ID, ...SUBJECT };
  return examineProof(event, 'cab', { plan, round: 1, staged: undefined }, trust)?.code;
}

describe('a vote that was given on a forge', () => {
  it('counts as the policy says', () => {
    expect(faultOf({})).toBeUndefined();
    expect(faultOf({ accepts: ['ssh'] })).toBe('proof-not-accepted');
    expect(faultOf({ accepts: ['ssh'], proof: null })).toBeUndefined();
    expect(faultOf({ accepts: ['forge'], proof: null })).toBe('proof-not-accepted');
  });

  it('is collected by a machine that the policy names', () => {
    expect(faultOf({ machines: [] })).toBe('collector-not-a-machine');
    expect(faultOf({ proof: { collectedBy: CAROL } })).toBe('collector-not-a-machine');
  });

  it('is read from the forge that the protected branch names, and from no other', () => {
    const api = 'https://git.example.com';
    const gitea = { kind: 'gitea', api, repository: 'shop/web' } as unknown as ForgeSettings;
    const own = `gitea ${api} shop/web`;
    expect(faultOf({ forge: gitea, proof: { endpoint: own } })).toBeUndefined();
    expect(faultOf({ forge: { kind: 'gitlab' }, proof: { endpoint: 'gitlab' } })).toBeUndefined();
    for (const endpoint of ['', 'github', `${own}s`, 'gitea http://127.0.0.1:1 shop/web', `gitea ${api} mallory/web`]) {
      expect(faultOf({ forge: gitea, proof: { endpoint } })).toBe('forge-of-another');
    }
    expect(faultOf({ forge: { kind: 'gitlab' }, proof: { endpoint: 'github' } })).toBe('forge-of-another');
    expect(faultOf({ proof: { endpoint: own } })).toBe('forge-of-another');
  });

  it('is of the person whose login it is', () => {
    expect(faultOf({ actor: CHEN })).toBe('login-of-another');
    expect(faultOf({ proof: { login: 'mallory' } })).toBe('login-of-another');
  });

  it('is on the ballot of this round and this text of the plan', () => {
    const number = (round: number, specDigest: string) =>
      ballotNumber({ release: SAMPLE_ID, round, ...SUBJECT, specDigest });
    expect(faultOf({ proof: { ballot: number(2, SUBJECT.specDigest) } })).toBe('ballot-of-another');
    expect(faultOf({ proof: { ballot: number(1, 'c'.repeat(64)) } })).toBe('ballot-of-another');
  });
});

describe('a sign-off on a forge', () => {
  const plan = { id: SAMPLE_ID, ...SUBJECT };
  const staged = { attempt: 2, commit: 'd'.repeat(40), images: { web: ['registry.example.com/web@sha256:1'] } };
  const event = (role: 'qa' | 'ops') =>
    ({
      type: 'signoff.recorded',
      actor: CAROL,
      data: { ...SUBJECT, role, decision: 'pass' },
    }) as unknown as RecordedEvent;
  const number = (change: Partial<typeof staged & typeof SUBJECT> = {}, role: 'qa' | 'ops' = 'qa') =>
    signoffNumber(role, { release: SAMPLE_ID, ...SUBJECT, ...staged, ...change });

  it('is of the role, the plan and exactly what is in staging', () => {
    expect(formNumberOf(event('qa'), { plan, round: 1, staged })).toBe(number());
    expect(formNumberOf(event('ops'), { plan, round: 1, staged })).toBe(number({}, 'ops'));
    const others = [
      number({}, 'ops'),
      number({ attempt: 3 }),
      number({ commit: 'e'.repeat(40) }),
      number({ specDigest: 'c'.repeat(64) }),
      number({ textDigest: 'c'.repeat(64) }),
      number({ images: { web: ['registry.example.com/web@sha256:2'] } }),
    ];
    expect(new Set([number(), ...others]).size).toBe(7);
  });

  it('is of nothing where nothing is in staging', () => {
    expect(formNumberOf(event('qa'), { plan, round: 1, staged: undefined })).toBeUndefined();
  });
});

describe('a condition that is met, on a forge', () => {
  it('is that condition of this round and this plan', () => {
    const plan = { id: SAMPLE_ID, ...SUBJECT };
    const event = { type: 'condition.closed', actor: CAROL, data: { condition: 'x', id: '12345678', evidence: 'y' } };
    const about = { release: SAMPLE_ID, ...SUBJECT };
    expect(formNumberOf(event as unknown as RecordedEvent, { plan, round: 1, staged: undefined })).toBe(
      conditionNumber({ ...about, round: 1 }, '12345678'),
    );
    expect(conditionNumber({ ...about, round: 2 }, '12345678')).not.toBe(
      conditionNumber({ ...about, round: 1 }, '12345678'),
    );
    expect(conditionNumber({ ...about, round: 1 }, '1')).not.toBe(conditionNumber({ ...about, round: 1 }, '2'));
  });
});

describe('what the Product Manager tells on a forge', () => {
  const plan = { id: SAMPLE_ID, ...SUBJECT };
  const subject = { plan, round: 2, staged: undefined };
  const day = (date: string) => ({ day: date, metric: 'x', value: 1, baseline: [], state: 'ok', detail: '' });
  const told = { specDigest: 'c'.repeat(64), textDigest: 'd'.repeat(64) };
  const EVENTS = {
    'branches.chosen': { ...told, base: 'b', offered: ['a', 'z'], branches: [{ name: 'a', head: 'h' }] },
    'success.observed': { days: [day('2026-12-05')] },
    'success.judged': { metrics: [] },
    'review.closed': { lessons: ['x'] },
  } as const;
  const deployed = { release: SAMPLE_ID, ...SUBJECT, attempt: 2 };
  const NUMBERS = {
    'branches.chosen': branchesNumber({ release: SAMPLE_ID, base: 'b', offered: ['z', 'a'] }),
    'success.observed': successNumber(deployed, '2026-12-05'),
    'success.judged': reviewNumber(deployed),
    'review.closed': reviewNumber(deployed),
  } as const;
  type Told = keyof typeof EVENTS;
  const event = (type: Told, more: object = {}, actor: string = PEOPLE.productManager) =>
    ({ type, actor, data: { ...EVENTS[type], ...more } }) as unknown as RecordedEvent;
  const trust = (accepts: object) => {
    const policy = policySchema.parse(parse(readFileSync(TEMPLATE, 'utf8')));
    const signing = { ...policy.signing, accepts: { ...policy.signing.accepts, ...accepts } };
    return {
      policy: { ...policy, machines: [CI], signing },
      forge: undefined,
      forgePeople: new Map([['priya', PEOPLE.productManager]]),
    };
  };
  const KEYS = {
    'branches.chosen': 'branches',
    'success.observed': 'success',
    'success.judged': 'review',
    'review.closed': 'review',
  } as const;
  const proof = (type: Told) => ({
    authenticatedBy: { kind: 'forge', login: 'priya', endpoint: 'github', collectedBy: CI, ballot: NUMBERS[type] },
  });
  const fault = (type: Told, accepts: object, more: object = {}, actor?: string) =>
    examineProof(event(type, more, actor), type === 'branches.chosen' ? 'branches' : 'outcome', subject, trust(accepts))
      ?.code;

  it.each(Object.keys(EVENTS) as Told[])('%s counts as the policy says, for what it was told of', (type) => {
    expect(formNumberOf(event(type), subject)).toBe(NUMBERS[type]);
    expect(fault(type, { [KEYS[type]]: ['forge'] }, proof(type))).toBeUndefined();
    expect(fault(type, {}, proof(type))).toBe('proof-not-accepted');
    expect(fault(type, {})).toBeUndefined();
    expect(fault(type, { [KEYS[type]]: ['forge'] })).toBe('proof-not-accepted');
    const other = { authenticatedBy: { ...proof(type).authenticatedBy, ballot: 'f'.repeat(32) } };
    expect(fault(type, { [KEYS[type]]: ['forge'] }, other)).toBe('ballot-of-another');
  });

  it('is not what a machine measures, and not of two days at once', () => {
    expect(fault('success.observed', { success: ['forge'] }, {}, CI)).toBeUndefined();
    const twice = { days: [day('2026-12-05'), day('2026-12-06')] };
    expect(formNumberOf(event('success.observed', twice), subject)).toBeUndefined();
  });

  it('is no other record of the outcome', () => {
    const verified = { type: 'verify.recorded', actor: CAROL, data: { ok: true, ...proof('review.closed') } };
    const found = examineProof(verified as unknown as RecordedEvent, 'outcome', subject, trust({ review: ['forge'] }));
    expect(found?.code).toBe('proof-not-accepted');
  });
});
