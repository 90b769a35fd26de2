import { expect, it } from 'vitest';
import { foldState } from '../../../../src/domain/history/fold.ts';
import { deployExceptions } from '../../../../src/usecases/release/pass-gates.ts';
import { chainOf, newEvent, SAMPLE_ID } from '../../../support/sample-plan.ts';

const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const granted = (reason: string, command: string) =>
  newEvent('exception.granted', { gate: 'time.window-open', reason, command });

it('exceptions for the deployment are those of this round, for a command of it', () => {
  const counted = chainOf(SAMPLE_ID, [
    newEvent('cab.submitted', { ...subject, round: 1 } as never),
    granted('round 1', 'deploy'),
    newEvent('plan.reopened', { ...subject, reason: 'x' }),
    granted('of the draft', 'deploy'),
    newEvent('cab.submitted', { ...subject, round: 2 } as never),
    granted('for the staging', 'stage'),
    granted('begun', 'deploy'),
    granted('promoted', 'deploy --promote'),
  ]);
  const reasons = deployExceptions({ state: foldState(counted), counted }).map(({ data }) => data.reason);
  expect(reasons).toEqual(['begun', 'promoted']);
});
