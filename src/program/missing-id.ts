import { RelctlError } from '../errors.ts';

/**
 * The one answer where the id of a release is missing.
 * @param given the command, such as `signoff qa`
 * @param otherwise what it does without a release
 */
export function missingId(given: string, otherwise: readonly string[] = []): RelctlError {
  return new RelctlError('usage.missing-answer', `relctl ${given} needs the id of a release`, {
    why: 'Nothing was done.',
    hints: [
      given === 'plan' ? 'relctl plan 2026-12-wallet-checkout' : 'relctl list',
      ...otherwise,
      `relctl ${given} --help`,
    ],
  });
}
