import { RelctlError } from '../../../src/errors.ts';
import { subjectOf } from '../../../src/usecases/release/subject.ts';
import { goVote, PEOPLE } from '../../support/sample-plan.ts';
import { type Clone, openSharedClones } from '../../support/shared-clones.ts';

/** What came of many races between two clones. */
export interface RaceReport {
  readonly rounds: number;
  /** Rounds in which exactly one push was first. */
  readonly singleWinners: number;
  /** Rounds of two votes that both stand, with one decision of the CAB. */
  readonly putTogether: number;
  /** Rounds of contradicting records of which one stands, and the other was kept and explained. */
  readonly refused: number;
  /** Events that were recorded and are neither shared nor in a commit of who recorded them. */
  readonly lost: number;
}

/**
 * Two people push at the same moment, round after round: first, in three of four rounds, two votes, which can both stand; then
 * both reopen the plan, which cannot: who reopens a plan is an author of it, whose votes no longer count. A hook holds both
 * pushes until each has seen the branch where it was.
 */
export async function race(rounds: number): Promise<RaceReport> {
  const clones = await openSharedClones();
  try {
    const [carol, chen, lead] = [
      await clones.clone(PEOPLE.cab[0]),
      await clones.clone(PEOPLE.cab[1]),
      await clones.clone(PEOPLE.rdLead),
    ];
    const report = { rounds, singleWinners: 0, putTogether: 0, refused: 0, lost: 0 };
    for (let round = 1; round <= rounds; round += 1) {
      await submit(lead, round);
      carol.pull();
      chen.pull();
      const together = round <= rounds - Math.floor(rounds / 4);
      await Promise.all([carol, chen].map((clone) => (together ? vote(clone) : reopen(clone))));
      const own = [await lastHash(carol), await lastHash(chen)];
      clones.armBarrier();
      const results = await Promise.all([carol, chen].map(attempt));
      const shared = (await clones.shared()).events;
      const firsts = results.filter((result) => result === 0).length;
      if (firsts === 1) report.singleWinners += 1;
      if (together) {
        const votes = shared.filter((event) => event.type === 'cab.voted' && event.data.round === round);
        const decisions = shared.filter((event) => event.type === 'cab.decided' && event.data.round === round);
        if (votes.length === 2 && decisions.length === 1) report.putTogether += 1;
        report.lost += 2 - votes.length;
      } else {
        const loser = results.indexOf(-1);
        const kept = [carol, chen][loser]?.git('show', `HEAD:releases/${clones.company.id}.yaml`) ?? '';
        const explained = loser !== -1 && kept.includes(own[loser] ?? 'nothing');
        if (explained) report.refused += 1;
        else report.lost += 1;
        if (loser !== -1) [carol, chen][loser]?.git('reset', '--quiet', '--keep', 'origin/main');
      }
      for (const clone of [carol, chen]) clone.pull();
      lead.pull();
    }
    return report;
  } finally {
    clones.close();
  }
}

/** A new round of the CAB, shared. */
async function submit(lead: Clone, round: number): Promise<void> {
  const journal = await lead.journal();
  const subject = subjectOf(journal.plan);
  await journal.recordAll([
    ...(round === 1 ? [] : ([['plan.reopened', { ...subject, reason: 'next round' }]] as const)),
    ['cab.submitted', { ...subject, round }],
  ]);
  await lead.push();
}

async function vote(clone: Clone): Promise<void> {
  const journal = await clone.journal();
  await journal.record('cab.voted', goVote(subjectOf(journal.plan), journal.state.cab?.round ?? 0));
}

async function reopen(clone: Clone): Promise<void> {
  const journal = await clone.journal();
  await journal.record('plan.reopened', { ...subjectOf(journal.plan), reason: `seen by ${clone.context.actor}` });
}

async function lastHash(clone: Clone): Promise<string> {
  return (await clone.plan()).events.at(-1)?.hash ?? '';
}

/** How often the push had to be repeated; -1 for a refusal with an explanation. */
async function attempt(clone: Clone): Promise<number> {
  try {
    return (await clone.push()).rebased;
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'sharing.conflict') return -1;
    throw error;
  }
}
