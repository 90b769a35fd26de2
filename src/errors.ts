/**
 * The one error class of relctl, and the registry of its codes.
 *
 * A code is the key of {@link ERRORS} and is typed nowhere else; its kind decides the exit code ({@link EXIT_CODES}).
 * An error teaches: what was found (`message`), where (`place`), why it matters (`why`), what to do next (`hints`).
 */

/** Exit codes by kind, from the design: 0 done · 1 failed · 2 usage or invalid plan · 3 declined · 4 gate · 8 pending · 70 bug. */
export const EXIT_CODES = {
  failed: 1,
  usage: 2,
  declined: 3,
  gate: 4,
  pending: 8,
  bug: 70,
} as const;

/** What sort of trouble this is; each sort has one exit code. */
export type ErrorKind = keyof typeof EXIT_CODES;

/** Every error code with its kind. Codes are stable: scripts and CI match on them. */
export const ERRORS = {
  // Usage: the person at the keyboard can fix these without touching a cluster.
  'usage.bad-flag': 'usage',
  'usage.unknown-command': 'usage',
  'usage.missing-answer': 'usage',
  'usage.unknown-actor': 'usage',
  'repo.not-git': 'usage',
  'repo.no-such-commit': 'usage',
  'repo.no-commit': 'pending',
  'repo.history-incomplete': 'usage',
  'repo.untrusted-state': 'usage',
  'commands.untrusted': 'usage',
  'repo.file-exists': 'usage',
  'config.missing': 'usage',
  'config.invalid': 'usage',
  'config.unknown-service': 'usage',
  'config.unknown-environment': 'usage',
  'plan.bad-id': 'usage',
  'plan.not-found': 'usage',
  'plan.outside-releases': 'usage',
  'plan.too-large': 'usage',
  'plan.too-deep': 'usage',
  'plan.too-many-keys': 'usage',
  'plan.yaml-syntax': 'usage',
  'plan.yaml-feature': 'usage',
  'plan.schema': 'usage',
  'plan.unknown-version': 'usage',
  'plan.incomplete': 'usage',
  'plan.chain-broken': 'usage',
  'plan.digest-mismatch': 'usage',
  'plan.evidence-mismatch': 'usage',
  'plan.exists': 'usage',
  'policy.invalid': 'usage',
  'canary.unknown-strategy': 'usage',
  'evidence.unreadable': 'usage',
  'signing.no-key': 'usage',
  'signing.trust': 'usage',
  'runner.not-pushed': 'usage',
  'sharing.no-upstream': 'usage',
  'sharing.other-commits': 'usage',
  'sharing.other-text': 'usage',
  'candidate.clash': 'usage',
  'candidate.no-services': 'usage',
  'candidate.stale-branch': 'usage',
  // Somebody said no, or answered nothing where only a clear yes will do.
  'answer.declined': 'declined',
  'answer.interrupted': 'declined',
  // A gate of the process.
  'gate.refused': 'gate',
  'config.unreviewed': 'gate',
  'signing.refused': 'gate',
  'provenance.unproven': 'gate',
  // Someone or time must act first.
  'pending.person': 'pending',
  'pending.time': 'pending',
  // The world did not do what it should.
  'plan.changed-underneath': 'failed',
  'plan.write-failed': 'failed',
  'plan.unreadable': 'failed',
  'tool.missing': 'failed',
  'tool.failed': 'failed',
  'tool.timeout': 'failed',
  'cluster.unreachable': 'failed',
  'cluster.wrong-identity': 'failed',
  'cluster.conflict': 'failed',
  'cluster.rejected': 'failed',
  'cluster.ambiguous': 'failed',
  'cluster.lock-held': 'failed',
  'cluster.fenced-off': 'failed',
  'cluster.drift': 'failed',
  'manifests.failed': 'usage',
  'manifests.unstable': 'usage',
  'snapshot.lost': 'failed',
  'rollout.doomed': 'failed',
  'rollout.timeout': 'failed',
  'rollback.incomplete': 'failed',
  'rollback.unhealthy': 'failed',
  'rollback.changed-by-hand': 'pending',
  'canary.failed': 'failed',
  'canary.inconclusive': 'failed',
  'canary.aborted': 'declined',
  'canary.selector-overlap': 'failed',
  'canary.share-too-large': 'failed',
  'canary.not-steerable': 'failed',
  'canary.uncountable': 'failed',
  'canary.too-little-traffic': 'gate',
  'canary.route-refused': 'failed',
  'metrics.unreachable': 'failed',
  'alerts.unreachable': 'failed',
  'notification.failed': 'failed',
  'change-record.failed': 'failed',
  'forge.failed': 'failed',
  'runner.failed': 'failed',
  'runner.stuck': 'pending',
  'smoke.failed': 'failed',
  'smoke.timeout': 'failed',
  'smoke.unknown': 'failed',
  'signoff.red': 'failed',
  'signing.failed': 'failed',
  'sharing.conflict': 'failed',
  'sharing.contradicted': 'failed',
  'sharing.refused': 'failed',
  'sharing.unreachable': 'failed',
  'sharing.work-tree': 'failed',
  'review.incomplete': 'failed',
  'incident.unknown': 'usage',
  'migration.failed': 'failed',
  'migration.unknown': 'pending',
  'production.unfit': 'failed',
  'production.sick': 'pending',
  'production.reconciled': 'failed',
  'gitops.unreachable': 'failed',
  'gitops.refused': 'failed',
  'gitops.foreign': 'failed',
  'gitops.clash': 'failed',
  'gitops.failed': 'failed',
  'gitops.timeout': 'failed',
  'release.frozen': 'failed',
  'doctor.findings': 'failed',
  'sandbox.state': 'failed',
  bug: 'bug',
} as const satisfies Record<string, ErrorKind>;

/** A key of the registry. */
export type ErrorCode = keyof typeof ERRORS;

/** A place in a file, 1-based, as editors count. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One of several things that are wrong. */
export interface Found {
  readonly state: 'failed' | 'pending' | 'warning';
  /** What, and where. */
  readonly text: string;
  /** What would be right. */
  readonly detail?: string;
}

/** What an error may carry beside its code and message. */
export interface ErrorDetail {
  /** What was found wrong beside what the message says; read before what to do. */
  readonly found?: readonly Found[];
  /** Why this matters, in one sentence. */
  readonly why?: string;
  /**
   * What to do next; the first is the exact next command where there is one. One that begins with `--` is a flag of the command
   * that was given; it is shown as that command with the flag in it (`text/whole-command.ts`). Commands and words are hints of
   * their own: words after a command are shown as what is said of it. What somebody wrote stands in the hint of the command, behind three
   * spaces, so that it is words whatever it is (`text/hint.ts`).
   */
  readonly hints?: readonly string[];
  readonly place?: Place;
  readonly cause?: unknown;
  /** Structured facts for `--json`; never secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An error that a user may read. Everything else that is thrown is a bug (exit 70). */
export class RelctlError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly found: readonly Found[];
  readonly why: string | undefined;
  readonly hints: readonly string[];
  readonly place: Place | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'RelctlError';
    this.code = code;
    this.kind = ERRORS[code];
    this.found = detail.found ?? [];
    this.why = detail.why;
    this.hints = detail.hints ?? [];
    this.place = detail.place;
    this.data = detail.data;
  }

  /** The same with other hints. */
  saying(hints: readonly string[]): RelctlError {
    const { code, message, found, why, place, cause, data } = this;
    const same = { found, why, place, cause, data };
    const known = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined)) as ErrorDetail;
    const other = new RelctlError(code, message, { ...known, hints });
    if (this.stack !== undefined) other.stack = this.stack;
    return other;
  }

  /** The process exit code of this error. */
  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}
