import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { countPeople } from '../../../../src/domain/signing/count-people.ts';
import { type EndedDeployment, standingsOf } from '../../../../src/domain/signing/standing.ts';
import type { RecordedEvent } from '../../../../src/plan/events.ts';
import { type Policy, policySchema } from '../../../../src/plan/policy.ts';
import { chainOf, goVote, newEvent, PEOPLE, SAMPLE_ID } from '../../../support/sample-plan.ts';

const TEMPLATE = fileURLToPath(new URL('../../../../templates/process/standard-3.0.yaml', import.meta.url));
const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const [CAROL, CHEN, CARLOS] = PEOPLE.cab;
const [OLGA] = PEOPLE.operations;

function policy(change: (policy: Policy) => void = () => undefined): Policy {
  const read = policySchema.parse(parse(readFileSync(TEMPLATE, 'utf8')));
  change(read);
  return read;
}

const vote = (actor: string, onBehalfOf?: string) =>
  newEvent('cab.voted', { ...goVote(SUBJECT), ...(onBehalfOf === undefined ? {} : { onBehalfOf }) }, { actor });
const signoff = (role: 'qa' | 'ops', actor: string) =>
  newEvent(
    'signoff.recorded',
    { ...SUBJECT, role, stageAttempt: 1, decision: 'pass', checks: [], evidence: [], comment: '' },
    { actor },
  );

/** A submission with what follows; every act is signed with a key of its own unless `keys` says otherwise. */
function faultsOf(
  acts: readonly ReturnType<typeof vote | typeof signoff>[],
  rules: Policy,
  options: { readonly contributors?: readonly string[] | null; readonly keys?: readonly string[] } = {},
): readonly (string | undefined)[] {
  const events: readonly RecordedEvent[] = chainOf(SAMPLE_ID, [
    newEvent('plan.created', SUBJECT),
    newEvent('cab.submitted', { ...SUBJECT, round: 1 }),
    ...acts,
  ]);
  const held = acts.map((_, index) => ({ index: index + 2, fingerprint: options.keys?.[index] ?? `key ${index}` }));
  const contributors = options.contributors === null ? undefined : (options.contributors ?? []);
  const faults = countPeople(events, held, rules, contributors, standingsOf(events, undefined));
  return acts.map((_, index) => faults.get(index + 2)?.code);
}

describe('people are counted', () => {
  it('each once when they are different people with different keys', () => {
    expect(faultsOf([vote(CAROL), vote(CHEN), signoff('qa', PEOPLE.qa[0]), signoff('ops', OLGA)], policy())).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('once when somebody votes again, also with another key', () => {
    expect(faultsOf([vote(CAROL), vote(CAROL)], policy())).toEqual([undefined, undefined]);
  });

  it('once when one key signs under two names', () => {
    expect(faultsOf([vote(CAROL), vote(CHEN)], policy(), { keys: ['one', 'one'] })).toEqual([
      undefined,
      'key-of-two-people',
    ]);
  });

  it('once when two addresses are one person’s', () => {
    const aliased = policy((one) => {
      one.aliases[CHEN] = CAROL;
    });
    expect(faultsOf([vote(CAROL), vote(CHEN)], aliased)).toEqual([undefined, 'person-counted-already']);
  });

  it('once when somebody votes for themselves and for another', () => {
    expect(faultsOf([vote(CAROL), vote(CAROL, CHEN)], policy())).toEqual([undefined, 'person-counted-already']);
  });

  it('and a member takes their seat back from a delegate, but not the other way round', () => {
    expect(faultsOf([vote('dave@example.com', CHEN), vote(CHEN)], policy())).toEqual([undefined, undefined]);
    expect(faultsOf([vote(CHEN), vote('dave@example.com', CHEN)], policy())).toEqual([
      undefined,
      'person-counted-already',
    ]);
  });

  it('in one role of QA and Operations, where the policy asks for two people', () => {
    const acts = [signoff('qa', OLGA), signoff('ops', OLGA)];
    expect(faultsOf(acts, policy())).toEqual([undefined, 'one-person-two-roles']);
    const small = policy((one) => {
      one.separation.onePersonManyRoles = true;
    });
    expect(faultsOf(acts, small)).toEqual([undefined, undefined]);
  });
});

describe('nobody approves what they made', () => {
  it('not the author of the plan, whatever the case of the address', () => {
    expect(faultsOf([vote(PEOPLE.rdLead.toUpperCase())], policy())).toEqual(['signer-is-author']);
  });

  it('not who has commits in the candidate, in the roles that the policy names', () => {
    const acts = [vote(CAROL), signoff('qa', CARLOS)];
    expect(faultsOf(acts, policy(), { contributors: [CAROL, CARLOS] })).toEqual(['signer-is-contributor', undefined]);
  });

  it('nobody at all while the commits cannot be read, since nobody is known to be independent', () => {
    expect(faultsOf([vote(CAROL)], policy(), { contributors: null })).toEqual(['contributors-unknown']);
  });
});

describe('what an approval is good for', () => {
  const deployed = newEvent('deploy.started', {
    ...SUBJECT,
    attempt: 1,
    fence: 1,
    strategy: 'shared-service',
    clusters: {},
    steps: [],
    images: {},
    trust: { commit: 'c'.repeat(40), policy: 'a'.repeat(64), version: '3.0' },
  });
  const kindsOf = (more: Parameters<typeof chainOf>[1], ended?: EndedDeployment) => {
    const events = chainOf(SAMPLE_ID, [newEvent('cab.submitted', { ...SUBJECT, round: 1 }), vote(CAROL), ...more]);
    return standingsOf(events, ended)(1);
  };
  const completed = newEvent('deploy.completed', { attempt: 1, images: {} });

  it('is judged anew until it is proved that a deployment that counted it has ended', () => {
    expect(kindsOf([])).toEqual({ kind: 'live' });
    expect(kindsOf([deployed])).toEqual({ kind: 'live' });
    expect(kindsOf([deployed, completed])).toEqual({ kind: 'live' });
    expect(kindsOf([deployed, completed], { index: 2, at: deployed.at, trust: 'c'.repeat(40) })).toEqual({
      kind: 'used',
      at: deployed.at,
      trust: 'c'.repeat(40),
    });
  });

  it('is judged anew for what comes after a deployment that ended', () => {
    expect(kindsOf([deployed, completed, deployed], { index: 2, at: deployed.at, trust: undefined })).toEqual({
      kind: 'live',
    });
  });

  it('is nothing after a new submission or a reopening', () => {
    expect(kindsOf([newEvent('cab.submitted', { ...SUBJECT, round: 2 })])).toEqual({ kind: 'superseded' });
    expect(kindsOf([newEvent('plan.reopened', { ...SUBJECT, reason: 'another window' })])).toEqual({
      kind: 'superseded',
    });
  });
});
