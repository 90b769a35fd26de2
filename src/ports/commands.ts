/** Runs a command of the plan (a smoke test, a resource check): argv only, never a shell. */
export interface CommandRunner {
  /**
   * @param argv program and arguments
   * @param options deadline in milliseconds; the whole process group is ended when it passes
   * @returns exit code and the last lines of output; a command that cannot start or overruns gives `exitCode: null`
   */
  run(
    argv: readonly string[],
    options: { readonly timeout: number },
  ): Promise<{ readonly exitCode: number | null; readonly output: string }>;
}

/** Fetches a URL of the plan (a smoke test). */
export interface HttpProbe {
  /** @returns the status and body, or `status: null` with the reason as body. */
  get(
    url: string,
    options: { readonly timeout: number },
  ): Promise<{ readonly status: number | null; readonly body: string }>;
}
