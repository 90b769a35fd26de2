import { expect, it } from 'vitest';
import { givenResults } from '../../../src/usecases/testing/feature-results.ts';
import { refusal } from '../../support/company.ts';

const TESTS = [
  { id: 'WAL-1', title: 'pays' },
  { id: 'WAL-2', title: 'refuses' },
];
const hintsOf = async (passed: readonly string[], failed: readonly string[] = []) =>
  (await refusal((async () => givenResults(TESTS, passed, failed, 'the plan'))())).hints;

it('offers for a test that is not planned those without a result, with the flag that was typed', async () => {
  expect(await hintsOf(['WAL-1=https://x', 'WAL-9'])).toEqual(['--passed WAL-2   refuses']);
  expect(await hintsOf(['WAL-2'], ['WAL-9'])).toEqual(['--failed WAL-1   pays']);
  expect(await hintsOf(['WAL-1', 'WAL-2', 'WAL-9'])).toHaveLength(2);
});
