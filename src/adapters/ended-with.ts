/** How a program ended. */
export function endedWith(exitCode: number | null): string {
  return exitCode === null ? 'was ended by a signal' : `ended with exit code ${exitCode}`;
}

/** The same of one whose words are not repeated, because what is said here is recorded in the repository: whoever wants to read them runs it. */
export function endedUnheard(exitCode: number | null): string {
  return `${endedWith(exitCode)}; what it prints is not recorded: run it by hand to read it`;
}
