/**
 * Which relctl processes are at work. It lets a resumed run know that the one before it is dead, and `status` say that a
 * release is orphaned.
 */
export interface Runs {
  /** This process, as the holder of locks is named: unique to the run, and readable: `ada@example.com on build-7, process 4711`. */
  readonly self: RunIdentity;
  /** Says that this process works on a release. */
  begin(release: string): Promise<void>;
  /** Says that it no longer does. */
  end(release: string): Promise<void>;
  /** The run that was begun last on a release on this machine and not ended. */
  find(release: string): Promise<RunIdentity | undefined>;
  /** `unknown` for a run of another machine. */
  liveness(run: RunIdentity): Promise<'alive' | 'dead' | 'unknown'>;
}

/** A process that works on a release. */
export interface RunIdentity {
  readonly host: string;
  readonly pid: number;
  /** Tells processes with the same id apart: when the process started, as the system counts it, and a random part. */
  readonly token: string;
  /** The Job that it runs in, `namespace/name`, where it was handed over to a cluster. */
  readonly job?: string | undefined;
  /** Who handed it over. */
  readonly askedBy?: string | undefined;
  /** The login that started it, as the forge says whose workflow it runs in. */
  readonly login?: string | undefined;
}
