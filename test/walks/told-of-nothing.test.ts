import { afterEach, expect, it } from 'vitest';
import { queuedEvents } from '../../src/domain/cd-events/outbox.ts';
import { queuedNotes } from '../../src/domain/change-record/notes.ts';
import { audit } from '../../src/usecases/audit.ts';
import { deliverRest } from '../../src/usecases/release/deliver-rest.ts';
import { remind } from '../../src/usecases/remind.ts';
import { OPERATOR, undo, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/**
 * Somebody without a key writes behind a canary that it is deployed, and that it was rolled back, with all that relctl queues of it. What the next
 * command delivers says neither: not to programs, not in the words of the policy, and not in the change record, which no system opens again.
 */
let company: SignedCompany;
afterEach(() => company.close());

const attempt = 1;
const IMAGES = { web: ['registry.example.com/web@sha256:1111'] };
const CLAIMED: readonly Written[] = [
  { actor: OPERATOR, type: 'canary.promoted', data: { attempt, reason: 'fine' } },
  { actor: OPERATOR, type: 'deploy.completed', data: { attempt, images: IMAGES } },
  { actor: OPERATOR, type: 'rollback.started', data: { attempt, reason: 'x', fence: 9 } },
  { actor: OPERATOR, type: 'rollback.completed', data: { attempt, verified: 'all is as it was' } },
];
const message = (topic: string, text: string) => ({ key: topic.padEnd(32, '0'), topic, text, channels: ['chat'] });

it('what only somebody wrote is told to nobody as a fact', async () => {
  company = await openSignedCompany({
    shape: {
      config: (config: Record<string, unknown>) => {
        config.notifications = [
          { name: 'chat', kind: 'command', command: ['true'] },
          { name: 'bus', kind: 'webhook', format: 'cdevents', url: 'https://bus.example.com' },
        ];
        config.changeRecord = { kind: 'servicenow', repository: 'acme/shop', api: 'https://acme.example.com' };
      },
    } as never,
  });
  await walkTo(company, 'canary');
  const own = await company.plan();
  await forge(company, (all) => [...all, ...CLAIMED]);
  const claimed = (await company.plan()).events.slice(own.events.length);
  const { config } = company.as(OPERATOR);
  const queued = [
    ...queuedEvents(own, config, claimed),
    ...queuedNotes(own.id, claimed),
    message('deploy.complete', 'Deployment complete. Monitoring for stabilization.'),
    message('release.closed', `${own.metadata.feature} (${own.id}) is closed: the post-release review was held.`),
    message('deploy.starting', `Production Deployment starting: ${own.metadata.feature}.`),
  ];
  await forge(company, (all) => [
    ...all,
    ...queued.map((data) => ({ actor: OPERATOR, type: 'notification.queued', data })),
  ]);

  const got: { readonly topic: string; readonly text: string }[] = [];
  const notifier = {
    channelsFor: (topic: string) => [{ name: topic.startsWith('dev.') ? 'bus' : 'chat', required: false }],
    send: async (_: string, one: { readonly topic: string; readonly text: string }) => void got.push(one),
  };
  await remind(company.as(PEOPLE.cab[2], { notifier }), company.id);
  await deliverRest(company.as(PEOPLE.cab[2], { notifier }), company.id, 'for programs');

  const topics = got.map(({ topic }) => topic);
  expect(topics).toContain('dev.relctl.transition.deploy.started.0.1.0');
  expect(topics.filter((topic) => /upgraded|rolledback|promoted|rollback/.test(topic))).toEqual([]);
  const texts = got.map(({ text }) => text).join('\n');
  expect(texts).not.toMatch(/Deployment complete|is closed|1111/);
  // What is signed is told in its words, whoever queued them.
  expect(texts).toContain('Production Deployment starting');
  expect(company.sandbox.changes().map(({ stage, end }) => [stage, end])).toEqual([['implementing', undefined]]);
  expect((await audit(company.as(OPERATOR), company.id)).result).toBe('failed');

  await undo(company);
  expect(company.sandbox.changes()).toMatchObject([{ stage: 'closed', end: { outcome: 'unsuccessful' } }]);
}, 1_200_000);
