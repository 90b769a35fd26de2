import { RelctlError } from '../../errors.ts';
import { type PendingCheck, undecided } from '../checks/pending-checks.ts';

/**
 * Why a sign-off is refused: every check that is red, named in the message, since a forge shows that alone, and listed with what is wrong.
 * Rejecting instead takes the reports and results that were given.
 */
export function redChecks(checks: readonly PendingCheck[]): RelctlError {
  const red = checks.filter((check) => !check.ok);
  const names = red.map(({ name }) => name).join(', ');
  const [only] = red;
  return new RelctlError(
    'signoff.red',
    red.length === 1 ? `a check is red: ${names} (${only?.detail})` : `${red.length} checks are red: ${names}`,
    {
      why: 'A sign-off confirms that the evidence is good; it cannot contradict it.',
      found: red.length === 1 ? [] : red.map(({ name, detail }) => ({ state: 'failed', text: name, detail })),
      hints: ['--decision reject --comment "<what is wrong>"'],
      data: { checks: checks.map(undecided) },
    },
  );
}
