import type { GateFacts, OtherRelease, SigningFacts } from '../../domain/gates/gate.ts';
import { asOther, isSummary } from '../../domain/history/release-summary.ts';
import { error, type PlanFinding } from '../../domain/plan-rules/finding.ts';
import type { Policy } from '../../plan/policy.ts';
import { openSigning } from '../signing/open.ts';
import type { Signing } from '../signing/signing.ts';
import type { scheduleBeside } from './booked.ts';
import type { ReadingContext } from './context.ts';
import { disorderOf } from './doubts.ts';
import { Journal } from './journal.ts';

/** A release that a command works on. */
export interface Release {
  readonly journal: Journal;
  readonly policy: Policy;
  /** Whether approvals are signed, and which of them do not count. */
  readonly signing: Signing;
  /** What the gates look at, now. */
  facts(actor?: string): GateFacts;
  /** The other releases with what is known of them beside their files now: a canary may have been watched for hours. */
  schedule(): ReturnType<typeof scheduleBeside>;
}

/** What of a release nobody is going to ask, so that it is not read. */
interface Unasked {
  /** The other releases. */
  readonly others?: false;
  /** What the rules of the plan find. */
  readonly findings?: false;
}

/** Reads a release with its policy and, where a gate may ask for them, the other releases. */
export async function openRelease(context: ReadingContext, id: string, unasked: Unasked = {}): Promise<Release> {
  const plan = await context.store.load(id);
  const signing = await openSigning(context, plan);
  const { policy } = signing;
  const { others, unread } = unasked.others === false ? NO_OTHERS : await otherReleases(context, id);
  const journal = new Journal(context, plan, signing.sealing);
  const { checkPlan } = unasked.findings === false ? NO_RULES : await import('../../domain/plan-rules/plan-check.ts');
  const { repository, reviewed } = context;
  if (repository !== undefined) {
    reviewed?.submittedWith(async () => {
      const { notAsSubmitted } = await import('../binding/reviewed.ts');
      return notAsSubmitted({ ...context, repository }, journal, signing);
    });
  }
  return {
    journal,
    policy,
    signing,
    async schedule() {
      const { scheduleBeside: beside } = await import('./booked.ts');
      return beside(context, plan, signing, { others, unread });
    },
    facts: (actor) => ({
      plan: journal.plan,
      state: journal.state,
      policy,
      now: context.clock.now(),
      actor,
      others,
      unread,
      signing: signing.facts,
      disorder: disorderOf(journal.plan.events, signing, context.clock.now()),
      findings: () => [
        ...rulesFound(signing.facts),
        ...checkPlan({
          plan: journal.plan,
          policy,
          config: context.config,
          now: context.clock.now(),
          chosen: journal.state.chosen?.data.branches.map(({ name }) => name),
        }),
      ],
    }),
  };
}

const NO_RULES = {
  checkPlan: (): never => {
    throw new Error('the release was opened without the rules of its plan');
  },
};

/** Rules that every later step is refused under are a gap of the plan that follows them. */
function rulesFound({ trouble }: SigningFacts): readonly PlanFinding[] {
  if (trouble === undefined) return [];
  return [error('process.rules', ['metadata', 'process'], trouble.sentence, trouble.command)];
}

interface OtherReleases {
  readonly others: readonly OtherRelease[];
  readonly unread: readonly string[];
}

const NO_OTHERS: OtherReleases = { others: [], unread: [] };

/** The other releases, for clashes, and the ids of those that cannot be read. */
async function otherReleases(context: Pick<ReadingContext, 'store'>, id: string): Promise<OtherReleases> {
  const summaries = (await context.store.summaries()).filter((other) => other.id !== id);
  return {
    others: summaries.filter(isSummary).map(asOther),
    unread: summaries.filter((other) => !isSummary(other)).map((other) => other.id),
  };
}
