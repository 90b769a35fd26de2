import { RelctlError } from '../../errors.ts';

/** `change-record.failed`: what the system said. `refused` where it took nothing for certain. */
export function changeFailure(system: string, problem: string, options: { readonly refused: boolean }): RelctlError {
  return new RelctlError('change-record.failed', `${system}: ${problem}`, {
    why: 'The change record does not say what the release is now.',
    hints: ['relctl doctor', 'the next command for this release brings it up to date'],
    data: { system, refused: options.refused },
  });
}
