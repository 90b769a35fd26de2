/** The controls of the simulated company: its clock and its faults. Only the sandbox has them. */
export interface SandboxControl {
  /** Milliseconds since the epoch, on the virtual clock. */
  now(): number;
  /** Moves the virtual clock forward, and the world with it. */
  advanceTo(at: number): void;
  faults(): readonly SandboxFault[];
  /** Errors: `usage.bad-flag` for an unknown name. */
  setFault(name: string, on: boolean, service: string | undefined): void;
  /** Messages that reached somebody, oldest first. */
  outbox(): readonly { readonly at: string; readonly topic: string; readonly text: string }[];
  /** Forgets the whole company; the next command finds a new one. */
  reset(): Promise<void>;
  /** Zone in which times are read and shown. */
  readonly timeZone: string;
}

/** A switch of what goes wrong. */
export interface SandboxFault {
  readonly name: string;
  readonly description: string;
  readonly on: boolean;
}
