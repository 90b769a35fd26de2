import { cleanLine } from '../../text/clean.ts';
import type { ImageChange } from './edit-images.ts';

/**
 * What a commit of a release does: `rollout` brings its images, `revert` takes them away again, `withdraw` changes no file: it only moves
 * the branch, so that a rollout which a run that ended had prepared can no longer be pushed.
 */
export type CommitAct = 'rollout' | 'revert' | 'withdraw';

/** A commit of a release, as its trailers say. */
export interface ReleaseCommit {
  /** Full id. */
  readonly commit: string;
  readonly attempt: number;
  readonly act: CommitAct;
}

const RELEASE = 'Relctl-Release';
const ATTEMPT = 'Relctl-Attempt';
const ACT = 'Relctl-Act';

/** What a message says of its release. */
export interface MessageFacts {
  readonly release: string;
  readonly feature: string;
  readonly attempt: number;
  readonly act: CommitAct;
  readonly changes: readonly ImageChange[];
  readonly reason?: string;
}

const SUBJECTS: Readonly<Record<CommitAct, string>> = {
  rollout: 'Release',
  revert: 'Roll back',
  withdraw: 'Withdraw',
};

/** The message of a commit of a release: for people above, for relctl in the trailers. */
export function commitMessage({ release, feature, attempt, act, changes, reason }: MessageFacts): string {
  const lines = [
    ...changes.map(({ service, from, to }) =>
      act === 'revert' ? `${service}: ${to} -> ${from}` : `${service}: ${from} -> ${to}`,
    ),
    ...(reason === undefined ? [] : [`Reason: ${cleanLine(reason)}`]),
  ];
  const body = lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
  return `${SUBJECTS[act]} ${release}: ${cleanLine(feature)}\n${body}\n${RELEASE}: ${release}\n${ATTEMPT}: ${attempt}\n${ACT}: ${act}\n`;
}

/** What to look for in messages, as a fixed text, to find those of a release. */
export function messageMark(release: string): string {
  return `${RELEASE}: ${release}`;
}

/** What the trailers of a message say, if it is of this release; trailers are the last paragraph, whatever stands above. */
export function readMessage(release: string, commit: string, message: string): ReleaseCommit | undefined {
  const last =
    message
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? '';
  const trailers = new Map(
    last.split('\n').flatMap((line) => {
      const found = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      return found === null ? [] : [[found[1] ?? '', (found[2] ?? '').trim()] as const];
    }),
  );
  const act = trailers.get(ACT);
  const attempt = Number(trailers.get(ATTEMPT));
  if (trailers.get(RELEASE) !== release || !Number.isSafeInteger(attempt)) return undefined;
  return act === 'rollout' || act === 'revert' || act === 'withdraw' ? { commit, attempt, act } : undefined;
}

/**
 * The commit by which an attempt of a release stands on a branch, from all commits of the release, newest first; `undefined` where none
 * does, or where it was taken back.
 */
export function standingRollout(commits: readonly ReleaseCommit[], attempt: number): ReleaseCommit | undefined {
  const newest = commits.find((one) => one.attempt === attempt);
  return newest?.act === 'rollout' ? newest : undefined;
}
