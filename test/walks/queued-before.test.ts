import { afterEach, expect, it } from 'vitest';
import { sha256 } from '../../src/plan/digest.ts';
import { submit } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** Whoever may push knows the key of the next message: what they queue under it before it happens is not what people are told. */
let company: SignedCompany;
afterEach(() => company.close());

it.each([
  ['another text', false],
  ['one that was sent, as they say', true],
])('the board is told of the submission, whatever was queued before it: %s', async (_, isSent) => {
  company = await openSignedCompany({
    shape: {
      config: (config: Record<string, unknown>) => {
        config.notifications = [{ name: 'chat', kind: 'command', command: ['true'] }];
      },
    } as never,
  });
  const key = sha256(`${company.id} cab.submitted round 1`).slice(0, 32);
  const data = { key, topic: 'cab.submitted', text: 'nothing to do for you', channels: ['chat'] };
  await forge(company, (events) => [
    ...events,
    { actor: 'relctl', type: 'notification.queued', data },
    ...(isSent ? [{ actor: 'relctl', type: 'notification.sent', data: { key, channel: 'chat' } }] : []),
  ]);
  await submit(company);
  const told = company.told.flatMap((one) =>
    one.type === 'notified' && one.topic === 'cab.submitted' ? [one.text] : [],
  );
  expect(told.at(-1)).toContain('relctl signoff cab');
  expect(told).toHaveLength(1);
});
