import type { ReleaseState } from '../history/state.ts';
import { seatOf } from '../people/delegates.ts';

/** A no that stands: who said it, in which part, and why. */
export interface Declined {
  readonly who: string;
  readonly as: 'cab' | 'qa' | 'ops' | 'deploy';
  readonly reason: string;
}

/** Every no that holds a release where it is: votes of a round that ended No-Go, rejections of what is in staging, an abort or rollback. */
export function declinedBy({ phase, cab, signoffs, deployment }: ReleaseState): readonly Declined[] {
  const votes = phase === 'no-go' ? (cab?.votes ?? []).filter(({ data }) => data.decision === 'no-go') : [];
  const rejections = [signoffs.qa, signoffs.ops].filter((one) => one?.data.decision === 'reject');
  const back = phase === 'rolled-back' || phase === 'aborted' ? deployment : undefined;
  return [
    ...votes.map((vote) => ({ who: seatOf(vote), as: 'cab' as const, reason: vote.data.comment })),
    ...rejections.flatMap((one) =>
      one === undefined ? [] : [{ who: one.actor, as: one.data.role, reason: one.data.comment }],
    ),
    ...(back === undefined
      ? []
      : [{ who: back.abortedBy ?? back.lastActor, as: 'deploy' as const, reason: back.rollbackReason ?? '' }]),
  ];
}

/** One of them as a sentence. */
export function sayDeclined({ who, as, reason }: Declined): string {
  const act = {
    cab: `${who} of the CAB voted No-Go`,
    qa: `${who} rejected it for QA`,
    ops: `${who} rejected it for Operations`,
    deploy: `rolled back by ${who}`,
  }[as];
  return reason === '' ? act : `${act}: ${reason}`;
}
