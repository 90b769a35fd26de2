/**
 * The branch that the records of releases are shared on as they are made: their history and evidence, beside the code. It is read and
 * written without the work tree. Errors: `sharing.*`.
 */
export interface Records {
  /** For people, such as `origin/relctl/records`. */
  readonly branch: string;
  /** Why the remote could not be asked when the command began; then what is known of it is what was there before. */
  readonly offline: string | undefined;
  /** Asks the remote once more, as after a wait: what others shared meanwhile is known then. Never throws. */
  renew(): Promise<void>;
  /**
   * Makes sure that the remote has all that was recorded of a release, and tries again where it has not.
   * Errors: `sharing.unreachable`, `sharing.refused`, `sharing.conflict`.
   */
  secure(id: string): Promise<void>;
  /**
   * From here on a run is at work in production: what it records of a release is not put aside for what others record beside it, as long as
   * nobody takes its place. Whoever may push to the branch could else stop it half-way, or keep it from going back.
   * @param holds whether nobody has taken the lock from it
   */
  insist(id: string, holds: () => Promise<boolean>): void;
  /** Tries once more with what could not be shared while a command worked; whoever is offline is told, and nothing fails by it. */
  settle(): Promise<void>;
}
