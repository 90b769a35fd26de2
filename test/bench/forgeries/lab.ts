import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSshSigner } from '../../../src/adapters/ssh/signer.ts';
import { auditHistory } from '../../../src/domain/history/audit.ts';
import { phaseOf } from '../../../src/domain/history/fold.ts';
import { decide, type ProcessCommand } from '../../../src/domain/process/process.ts';
import { ACTS, actOf } from '../../../src/domain/signing/acts.ts';
import { readSshSignature } from '../../../src/domain/signing/sshsig.ts';
import { type Statement, statementText } from '../../../src/domain/signing/statement.ts';
import { signatureFindings } from '../../../src/domain/signing/verdicts.ts';
import { RelctlError } from '../../../src/errors.ts';
import { eventHash, genesisHash } from '../../../src/plan/chain.ts';
import type { RecordedEvent, RecordedSignature } from '../../../src/plan/events.ts';
import { writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { committedFindings } from '../../../src/usecases/audit/versions.ts';
import { type HypercareOptions, hypercare } from '../../../src/usecases/hypercare.ts';
import { openRelease } from '../../../src/usecases/release/open.ts';
import { closeCondition } from '../../../src/usecases/signoff-condition.ts';
import { keyFile } from '../../support/company.ts';
import {
  checks,
  OPERATOR,
  opsSigns,
  qaSigns,
  submit,
  toProduction,
  toStaging,
  voteGo,
} from '../../support/company-walk.ts';
import { PEOPLE } from '../../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../../support/signed-company.ts';

/** An event whose fields a forger changes at will. */
export type Loose = Omit<RecordedEvent, 'data' | 'type' | 'actor' | 'at'> & {
  type: string;
  actor: string;
  at: string;
  data: Record<string, unknown>;
};

/** A release that may be deployed, and everything that a forger with write access to the repository has. */
export interface ForgeryLab {
  readonly company: SignedCompany;
  readonly deployer: string;
  /** The honest history. */
  readonly events: readonly RecordedEvent[];
  /** The honest text above `status`. */
  readonly head: string;
  /** Index of the event of an act: the first vote, the QA sign-off, … */
  indexOf(act: string, nth?: number): number;
  /** Writes a history, numbered and chained anew as a forger would. */
  write(events: readonly Loose[], head?: string): void;
  /** Writes the file as it is given. */
  writeText(text: string): void;
  /** A deep copy of the honest history, to be changed. */
  copy(): Loose[];
  /** Signs a text with the key of a person. */
  sign(text: string, namespace: string, keyOf: string): Promise<string>;
  /** Signs a changed statement of an event anew; the signer's own key unless another is named. */
  resign(event: Loose, change: Resigning): Promise<void>;
  /** What relctl says of the file as it lies there. */
  look(command?: ProcessCommand): Promise<Look>;
  /** Lets the verifier say yes to everything, to see that the lab would notice. */
  sabotage(on: boolean): void;
  /** Puts everything back. */
  restore(): void;
  close(): void;
}

/** What a forger changes before signing. */
export interface Resigning {
  readonly statement?: (statement: Draft) => void;
  readonly key?: string;
  readonly namespace?: string;
  /** Changes the text after the statement was written. */
  readonly text?: (text: string) => string;
}

/** A statement whose fields can be set. */
export type Draft = { predicate: Record<string, unknown> & { policy: Record<string, unknown> } } & Omit<
  Statement,
  'predicate' | 'subject'
> & { subject: { name: string; digest: { sha256: string } }[] };

/** What relctl says. */
export interface Look {
  /** Codes of findings by event number; 0 where they are about the whole. */
  readonly findings: readonly { readonly seq: number; readonly code: string }[];
  /** Gates that keep the release from the command; empty when it may go ahead. */
  readonly refusedBy: readonly string[];
  /** Numbers of the events that do not count. */
  readonly leftOut: readonly number[];
}

/**
 * Walks a company up to the change window, with a vote of two, a condition that was closed, and both sign-offs.
 * @param signs whether the company counts only what is signed
 * @param station `hypercare` goes on until hypercare may be signed off, with an incident that is over
 */
export async function openForgeryLab(signs = true, station: 'ready' | 'hypercare' = 'ready'): Promise<ForgeryLab> {
  const company = await openSignedCompany({
    policy: (text) => (signs ? text : text.replace('mode: required', 'mode: unsigned')),
  });
  const { git, id } = company;
  for (const person of ['mallory@example.com', 'dave@example.com', 'Carol@example.com']) company.publicKey(person);
  await submit(company);
  await voteGo(company, PEOPLE.cab[0], [`load test; ${OPERATOR}; 2026-12-01`]);
  await voteGo(company, PEOPLE.cab[1]);
  await closeCondition(company.as(OPERATOR), id, { condition: 'load test', evidence: 'SHOP-812' });
  await company.advanceToWindow(-4 * 86_400_000);
  await toStaging(company);
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
  await qaSigns(company);
  await opsSigns(company);
  await company.advanceToWindow();
  if (station === 'hypercare') await toHypercare(company);
  git.git('add', '--', 'releases');
  git.git('commit', '--quiet', '-m', 'The release is ready');
  const base = git.git('rev-parse', 'main');
  const plan = await company.plan();
  const file = join(git.root, plan.file);
  const deployer = PEOPLE.operations[1];
  let isSabotaged = false;
  const copy = (): Loose[] => structuredClone(plan.events) as unknown as Loose[];
  const sign = (text: string, namespace: string, keyOf: string) =>
    createSshSigner(async () => ({ kind: 'file', path: keyFile(git.root, keyOf), shown: keyOf })).sign(text, namespace);
  const write = (events: readonly Loose[], head = plan.head) => {
    const chained = rechain(id, events);
    writeFileSync(file, writeReleasePlan({ id, head }, chained, phaseOf(chained)));
  };
  return {
    company,
    deployer,
    events: plan.events,
    head: plan.head,
    copy,
    sign,
    write,
    writeText: (text) => writeFileSync(file, text),
    indexOf(act, nth = 0) {
      const found = plan.events.flatMap((event, index) => (actOf(event) === act || event.type === act ? [index] : []));
      const index = found[nth];
      if (index === undefined) throw new Error(`the honest history has no ${act}`);
      return index;
    },
    async resign(event, { statement: change, key, namespace, text }) {
      const recorded = event.data.signature as RecordedSignature;
      const statement = JSON.parse(recorded.statement) as Draft;
      change?.(statement);
      const plain = statementText(statement as unknown as Statement);
      const signed = text === undefined ? plain : text(plain);
      const space = namespace ?? recorded.namespace;
      const signature = await sign(signed, space, key ?? event.actor);
      event.data.signature = {
        statement: signed,
        signature,
        namespace: space,
        keyFingerprint: readSshSignature(signature)?.fingerprint ?? '',
      };
    },
    sabotage(on) {
      isSabotaged = on;
    },
    async look(command = 'deploy') {
      try {
        return await lookAt(isSabotaged ? credulous(company) : company, deployer, command);
      } catch (error) {
        if (!(error instanceof RelctlError)) throw error;
        return { findings: [{ seq: 0, code: error.code }], refusedBy: [error.code], leftOut: [] };
      }
    },
    restore() {
      git.git('checkout', '--quiet', '--force', '-B', 'main', base);
      git.git('clean', '--quiet', '-fd', '--', 'relctl', 'releases');
    },
    close: () => company.close(),
  };
}

async function toHypercare(company: SignedCompany): Promise<void> {
  const { clock } = company.sandbox;
  const asked = (options: Partial<HypercareOptions>) =>
    hypercare(company.as(OPERATOR), company.id, { exit: false, ...options });
  await toProduction(company);
  await checks(company);
  await asked({ incident: { ref: 'INC-1', severity: '1', resolved: false } });
  clock.advanceTo(clock.now() + 3_600_000);
  await asked({ incident: { ref: 'INC-1', resolved: true } });
  const { hypercare: care } = await company.state();
  clock.advanceTo(Date.parse(care?.until ?? '') + 60_000);
  await asked({});
}

/** A company whose verifier believes every signature. */
function credulous(company: SignedCompany): SignedCompany {
  return {
    ...company,
    as(person, replaced) {
      const context = company.as(person, replaced);
      const signing: typeof context.signing = async () => {
        const ground = await context.signing();
        return { ...ground, signer: { ...ground.signer, verify: async () => 'good' } };
      };
      return { ...context, signing };
    },
  };
}

async function lookAt(company: SignedCompany, deployer: string, command: ProcessCommand): Promise<Look> {
  const context = company.as(deployer);
  const release = await openRelease(context, company.id);
  const { signing, journal } = release;
  const { plan } = journal;
  const found = [
    ...auditHistory(plan, signing.policy, signing.sealing?.proves),
    ...(signing.examination === undefined ? [] : signatureFindings(plan, signing.examination)),
    ...(await committedFindings(context, plan, signing)),
  ].filter((finding) => finding.severity === 'error');
  const trouble = signing.trouble === undefined ? [] : [String(signing.trouble.data?.fault ?? signing.trouble.code)];
  return {
    findings: [
      ...found.map(({ seq, code }) => ({ seq: seq ?? 0, code })),
      ...trouble.map((code) => ({ seq: 0, code })),
    ],
    refusedBy: decide(command, release.facts(deployer)).map((refusal) => refusal.gate),
    leftOut: plan.events.filter((event) => signing.sealing?.leftOut.has(event.hash)).map((event) => event.seq),
  };
}

function rechain(id: string, events: readonly Loose[]): readonly RecordedEvent[] {
  const chained: RecordedEvent[] = [];
  for (const [index, event] of events.entries()) {
    const unhashed = { ...event, seq: index + 1, prev: chained.at(-1)?.hash ?? genesisHash(id) } as RecordedEvent;
    chained.push({ ...unhashed, hash: eventHash(unhashed) });
  }
  return chained;
}

/** The namespace of an act, for forgers. */
export function namespaceOf(act: keyof typeof ACTS): string {
  return ACTS[act].namespace;
}
