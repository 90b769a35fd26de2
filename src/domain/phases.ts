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

/** Ends that a new candidate can leave, by `relctl plan --reopen`. */
export const REOPENABLE: readonly Phase[] = ['no-go', 'rolled-back', 'aborted'];

/** True once the first thing in production was touched and until everything is back or out. */
export function isInProduction(phase: Phase): boolean {
  return phase === 'canary' || phase === 'rolling-out' || phase === 'frozen';
}
