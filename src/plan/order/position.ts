/** How far a history has come, as far as the order of what may follow depends on it. */
export type Standing =
  | 'draft'
  | 'submitted'
  | 'decided-go'
  | 'decided-no-go'
  | 'staging'
  | 'staged'
  | 'canary'
  | 'rolling-out'
  | 'deployed'
  | 'rolling-back'
  | 'out'
  | 'verified'
  | 'hypercare'
  | 'validated'
  | 'closed';

/** What the machine of the order remembers. */
export interface Position {
  readonly standing: Standing;
  /** True once the plan was created, revised or submitted. */
  readonly begun: boolean;
  /** The latest round of the CAB, and the digest of the spec that it is about. */
  readonly round: number;
  readonly submitted: string | undefined;
  readonly votes: number;
  /** Texts of the conditions of the round. */
  readonly conditions: ReadonlySet<string>;
  readonly stageAttempt: number;
  readonly passed: ReadonlySet<'qa' | 'ops'>;
  readonly deployAttempt: number;
  /** Steps of the attempt that were intended. */
  readonly intended: ReadonlySet<string>;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | undefined;
  readonly hypercareClosed: boolean;
  /** Keys of the messages that were queued. */
  readonly queued: ReadonlySet<string>;
}

/** Before anything was recorded. */
export const START: Position = {
  standing: 'draft',
  begun: false,
  round: 0,
  submitted: undefined,
  votes: 0,
  conditions: new Set(),
  stageAttempt: 0,
  passed: new Set(),
  deployAttempt: 0,
  intended: new Set(),
  verdict: undefined,
  hypercareClosed: false,
  queued: new Set(),
};

/** The way of a release through production, from its first change on. */
export const IN_PRODUCTION: readonly Standing[] = ['canary', 'rolling-out', 'rolling-back'];
/** Once all of it was out. */
export const AFTER_DEPLOYMENT: readonly Standing[] = ['deployed', 'verified', 'hypercare', 'validated'];
