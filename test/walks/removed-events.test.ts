import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { decide, PROCESS, type ProcessCommand } from '../../src/domain/process/process.ts';
import { RelctlError } from '../../src/errors.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { auditRelease } from '../../src/usecases/audit/one.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { lookedUp } from '../../src/usecases/release/pass-gates.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { OPERATOR, submit, toProduction, voteGo, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/**
 * Somebody who may push and has no key takes any events out of a history that was committed, and chains the rest anew. Nothing that the whole history
 * keeps shut may be open then: the step is refused, or, for steps that touch neither staging nor production, the audit names it.
 */
let company: SignedCompany;
afterEach(() => company.close());

/** Histories that are cut: CI tries some, `RELCTL_CI=full` more. */
const RUNS = process.env.RELCTL_CI === 'full' ? 40 : 12;

const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');

/** ssh-keygen says the same of the same signature each time; it is asked once. */
function askedOnce(context: Context): Context {
  const known = new Map<string, ReturnType<Signer['verify']>>();
  return {
    ...context,
    async signing() {
      const ground = await context.signing();
      const verify: Signer['verify'] = (asked) => {
        const { statement, signature, principal, at, allowedSigners } = asked;
        const key = JSON.stringify([statement, signature, principal, at, allowedSigners]);
        const answer = known.get(key) ?? ground.signer.verify(asked);
        known.set(key, answer);
        return answer;
      };
      return { ...ground, signer: { ...ground.signer, verify } };
    },
  };
}

const BACK: readonly ProcessCommand[] = ['deploy --abort', 'rollback'];
const COMMANDS = (Object.keys(PROCESS) as ProcessCommand[]).filter((one) => !BACK.includes(one));
const INTO_A_CLUSTER = /^(stage|deploy)/;

interface Seen {
  readonly open: readonly ProcessCommand[];
  readonly isLossFound: boolean;
}

/** What may be done now by whoever has the role, and whether the audit names anything. */
async function look(context: Context): Promise<Seen> {
  try {
    const release = await openRelease(context, company.id);
    const open: ProcessCommand[] = [];
    for (const one of COMMANDS) {
      const facts = { ...(await lookedUp(context, release, one)), actor: undefined };
      if (decide(one, facts).length === 0) open.push(one);
    }
    const { findings } = await auditRelease(context, company.id);
    return { open, isLossFound: findings.some(({ severity }) => severity === 'error') };
  } catch (error) {
    if (error instanceof RelctlError) return { open: [], isLossFound: true };
    throw error;
  }
}

/** Both ends of a history are where something is gained by cutting: the end most of all. */
const removals = (length: number) =>
  fc.oneof(
    fc.subarray([...Array(length).keys()], { minLength: 1 }),
    fc.nat(length - 1).map((from) => [...Array(length).keys()].slice(from)),
  );

async function opensNothing() {
  commit();
  const context = askedOnce(company.as(OPERATOR));
  const { events } = await company.plan();
  const whole = await look(context);
  await fc.assert(
    fc.asyncProperty(removals(events.length), async (removed) => {
      await forge(company, () => events.filter((_, index) => !removed.includes(index)));
      const { open, isLossFound } = await look(context);
      const opened = open.filter((one) => !whole.open.includes(one));
      expect(opened.filter((one) => INTO_A_CLUSTER.test(one))).toEqual([]);
      expect(isLossFound ? [] : opened).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}

describe('taking events out of a committed history opens no step', () => {
  it('after a Go that was taken back', async () => {
    company = await openSignedCompany();
    company.git.git('checkout', '--quiet', '-b', 'train');
    await submit(company);
    await voteGo(company, PEOPLE.cab[0]);
    await voteGo(company, PEOPLE.cab[1]);
    await signoffCab(company.as(PEOPLE.cab[1]), company.id, {
      decision: 'no-go',
      operationalReadiness: false,
      securityReview: true,
      impactAssessment: true,
      conditions: [],
      comment: 'not ready',
    });
    await opensNothing();
  }, 1_200_000);

  it('after a canary that was aborted', async () => {
    company = await openSignedCompany();
    company.git.git('checkout', '--quiet', '-b', 'train');
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    commit();
    await toProduction(company, { mode: 'canary' });
    commit();
    await toProduction(company, { mode: 'abort', reason: 'errors' });
    await opensNothing();
  }, 1_200_000);
});
