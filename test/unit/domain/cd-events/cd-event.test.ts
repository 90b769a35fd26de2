import { describe, expect, test } from 'vitest';
import { cdEventsOf } from '../../../../src/domain/cd-events/cd-event.ts';
import { eventKey, eventOfKey, queuedEvents } from '../../../../src/domain/cd-events/outbox.ts';
import { imagePurl } from '../../../../src/domain/cd-events/purl.ts';
import { wantsTopic } from '../../../../src/domain/process/topics.ts';
import type { Channel } from '../../../../src/plan/config.ts';
import { chainOf, newEvent, SAMPLE_ID, samplePlan } from '../../../support/sample-plan.ts';

const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const DIGEST = `sha256:${'d'.repeat(64)}`;
const plan = samplePlan();
const chain = chainOf(SAMPLE_ID, [
  newEvent('plan.created', SUBJECT),
  newEvent('deploy.completed', { attempt: 1, images: { web: [`registry.example.com/shop/web@${DIGEST}`] } }),
  newEvent('step.intended', { attempt: 1, step: 'web', fence: 1 }),
  newEvent('incident.opened', { ref: 'https://tickets.example.com/12', severity: 1, note: 'slow' }),
  newEvent('incident.opened', { ref: 'INC-13', severity: 3, note: '' }),
  newEvent('rollback.completed', { attempt: 1, verified: 'no difference' }),
]);
const channel: Channel = {
  kind: 'webhook',
  name: 'programs',
  format: 'cdevents',
  url: 'https://events.example.com',
  topics: ['*'],
  required: false,
  timeout: '10s',
};

describe('events for programs', () => {
  test('are one for each service where services change, with the image as a package URL', () => {
    const events = chain.flatMap((event) => (event.seq === 2 ? cdEventsOf(plan, event) : []));
    expect(events.map((event) => [event.context.type, event.subject.id])).toEqual([
      ['dev.cdevents.service.upgraded.0.3.0', 'web'],
      ['dev.cdevents.service.upgraded.0.3.0', 'api'],
    ]);
    expect(events[0]?.subject.content).toEqual({
      environment: { id: 'production' },
      artifactId: `pkg:oci/web@${encodeURIComponent(DIGEST)}?repository_url=registry.example.com%2Fshop%2Fweb`,
    });
  });

  test('are none for a step on the way', () => {
    expect(chain.flatMap((event) => (event.seq === 3 ? cdEventsOf(plan, event) : []))).toEqual([]);
  });

  test("report an incident that has a ticket's address, and detect one that has none", () => {
    const types = chain.flatMap((event) => cdEventsOf(plan, event)).map((event) => event.context.type);
    expect(types).toContain('dev.cdevents.incident.reported.0.3.0');
    expect(types).toContain('dev.cdevents.incident.detected.0.3.0');
    expect(types).toContain('dev.cdevents.service.rolledback.0.3.0');
    expect(types).toContain('dev.relctl.transition.plan.created.0.1.0');
  });

  test('have keys of their own, from which each is found again', () => {
    const events = chain.flatMap((event) => cdEventsOf(plan, event));
    const keys = events.map(eventKey);
    expect(new Set(keys).size).toBe(events.length);
    for (const [index, key] of keys.entries()) expect(eventOfKey(plan, chain, key)).toEqual(events[index]);
    expect(eventOfKey(plan, chain, 'f'.repeat(32))).toBeUndefined();
  });

  test('are queued only where a channel wants them', () => {
    expect(queuedEvents(plan, { notifications: [] }, chain)).toEqual([]);
    const incidents = { ...channel, topics: ['dev.cdevents.incident.*'] };
    expect(queuedEvents(plan, { notifications: [incidents] }, chain).map((one) => one.channels)).toEqual([
      ['programs'],
      ['programs'],
    ]);
  });
});

describe('topics', () => {
  const people: Channel = { ...channel, format: 'message' };

  test('for people do not reach programs, nor the other way round', () => {
    expect(wantsTopic(channel, 'deploy.starting')).toBe(false);
    expect(wantsTopic(channel, 'dev.cdevents.service.upgraded.0.3.0')).toBe(true);
    expect(wantsTopic(people, 'deploy.starting')).toBe(true);
    expect(wantsTopic(people, 'dev.cdevents.service.upgraded.0.3.0')).toBe(false);
  });
});

describe('the package URL of an image', () => {
  test.each([
    ['web', 'pkg:oci/web'],
    [
      'registry.example.com:5000/shop/Web:4.2.0',
      'pkg:oci/web?repository_url=registry.example.com%3A5000%2Fshop%2Fweb&tag=4.2.0',
    ],
    [`shop/web:4.2.0@${DIGEST}`, `pkg:oci/web@${encodeURIComponent(DIGEST)}?repository_url=shop%2Fweb&tag=4.2.0`],
  ])('%s is %s', (image, purl) => {
    expect(imagePurl(image)).toBe(purl);
  });
});
