import { expect, it } from 'vitest';
import { checkFeature } from '../../../../../src/usecases/planning/ask/feature.ts';

it('takes a name in any script, and refuses what cannot be seen by the flag that holds it', () => {
  expect(checkFeature('Zahlung über die Börse 支払い')).toBe('Zahlung über die Börse 支払い');
  expect(() => checkFeature('Wallet \u202etxt')).toThrow('--feature holds the control character U+202E');
});
