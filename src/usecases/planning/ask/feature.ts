import { RelctlError } from '../../../errors.ts';
import { UNCLEAN } from '../../../plan/guard.ts';

/**
 * Refuses a feature's name that a plan cannot hold, before anything is written: the plan would be refused for a line that nobody has seen.
 * @throws RelctlError `usage.bad-flag`
 */
export function checkFeature(feature: string): string {
  const [unclean] = UNCLEAN.exec(feature) ?? [];
  if (unclean === undefined) return feature;
  const code = unclean.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw new RelctlError('usage.bad-flag', `--feature holds the control character U+${code}`, {
    why: 'It cannot be seen, so people would approve something else than what is read.',
    hints: ['type the name anew, without what was pasted with it'],
  });
}
