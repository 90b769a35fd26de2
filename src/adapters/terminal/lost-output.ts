/** What this module needs of the process. */
type Process = Pick<NodeJS.Process, 'stdout' | 'stderr'> & { exitCode?: number | string | null | undefined };

/**
 * Output that nobody takes must not end what a command does. A reader that went away (`relctl deploy … | head -3`) has seen what it
 * wanted to: the command goes on unseen and its exit code stays. Output that could not be written for another reason, such as a
 * full disk, is lost to somebody who wanted it: the command still finishes, says so, and exits 1.
 */
export function surviveLostOutput(process: Process): void {
  for (const name of ['stdout', 'stderr'] as const) {
    let isTold = false;
    process[name].on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED' || isTold) return;
      isTold = true;
      process.exitCode = 1;
      if (name === 'stdout') process.stderr.write(`error: the output is incomplete: ${error.message}\n`);
    });
  }
}
