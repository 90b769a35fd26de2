/** The controls of the simulated company of a repository. Only the sandbox has them. */
export interface SandboxControl {
  /** Zone in which times are read and shown. */
  readonly timeZone: string;
  /** Names of the services that the company runs. */
  readonly services: readonly string[];
  /** Errors: `sandbox.state` when its file is broken. */
  open(): Promise<SandboxWorldControl>;
  /** Forgets the whole company, broken or not; the next command finds a new one. */
  reset(): Promise<void>;
}

/** The clock and the faults of a simulated company. */
export interface SandboxWorldControl {
  /** Milliseconds since the epoch, on the virtual clock. */
  now(): number;
  /** Moves the virtual clock forward, and the world with it. */
  advanceTo(at: number): void;
  faults(): readonly SandboxFault[];
  /** Errors: `usage.bad-flag` for an unknown name. */
  setFault(name: string, on: boolean, service: string | undefined): void;
  /** Messages that reached somebody, oldest first. */
  outbox(): readonly { readonly at: string; readonly topic: string; readonly text: string }[];
}

/** A switch of what goes wrong. */
export interface SandboxFault {
  readonly name: string;
  readonly description: string;
  readonly on: boolean;
  /** What it hits: versions that are deployed after it was switched on, or everything from then on. */
  readonly scope: 'candidate' | 'world';
}
