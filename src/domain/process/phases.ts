/** The phases of a release, in the order in which a good one passes through them, then the ends of the others. */
export const PHASES = [
  'draft',
  'submitted',
  'approved',
  'staged',
  'ready',
  'canary',
  'rolling-out',
  'deployed',
  'verified',
  'hypercare',
  'validated',
  'closed',
  'no-go',
  'rolled-back',
  'aborted',
  'frozen',
] as const;

/** Where a release stands. */
export type Phase = (typeof PHASES)[number];

const SAID: Readonly<Record<Phase, string>> = {
  draft: 'is a draft',
  submitted: 'is with the CAB',
  approved: 'is approved by the CAB',
  staged: 'is in staging',
  ready: 'is ready for production',
  canary: 'has a canary in production',
  'rolling-out': 'is being rolled out',
  deployed: 'is deployed',
  verified: 'is verified',
  hypercare: 'is in hypercare',
  validated: 'is validated',
  closed: 'is closed',
  'no-go': 'got a No-Go',
  'rolled-back': 'is rolled back',
  aborted: 'is aborted',
  frozen: 'is frozen',
};

/** A phase as the end of a sentence about a release: "the release *is in hypercare*". */
export function sayPhase(phase: Phase): string {
  return SAID[phase];
}

/**
 * Where a release stands, as the end of a sentence about it. Hypercare that was signed off has no phase of its own: the release
 * waits for its review.
 */
export function sayStanding({
  phase,
  hypercare,
}: {
  readonly phase: Phase;
  readonly hypercare: { readonly closed: unknown } | undefined;
}): string {
  return phase === 'hypercare' && hypercare?.closed !== undefined
    ? 'is signed off from hypercare and waits for its review'
    : sayPhase(phase);
}

/** Ends that a new candidate can leave, by `relctl plan --reopen`. */
export const REOPENABLE: readonly Phase[] = ['no-go', 'rolled-back', 'aborted'];

/** Phases before production in which people are asked: a change of the plan voids what they said, and makes it a draft again. */
export const ASKED: readonly Phase[] = ['submitted', 'approved', 'staged', 'ready'];

/** True once the first thing in production was touched and until everything is back or out. */
export function isInProduction(phase: Phase): boolean {
  return phase === 'canary' || phase === 'rolling-out' || phase === 'frozen';
}
