/**
 * Programs that the repository names and relctl would run on this machine: commands of relctl.yaml and of plans, and what a kubeconfig
 * of the repository starts. Whoever may push chooses them, so a person sees them before the first one runs in a clone.
 */
export interface NamedPrograms {
  /** Command lines that relctl.yaml names. */
  readonly lines: readonly string[];
  /**
   * Asks once in a clone whether they may be run; nothing where that was answered before.
   * @param argv the one that is to be run now
   * @throws RelctlError `commands.untrusted` where nobody can be asked, `answer.declined`
   */
  allow(argv?: readonly string[]): Promise<void>;
}
