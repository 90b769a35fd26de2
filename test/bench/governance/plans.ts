import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NewEvent } from '../../../src/plan/chain.ts';
import type { EventType } from '../../../src/plan/events.ts';
import { writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { chainOf, goVote, newEvent, PEOPLE, SAMPLE_ID, sampleHead } from '../../support/sample-plan.ts';

const DAY = 86_400_000;
const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };

/** Writes so many releases, each with a history of one to fourteen events, into `releases/` below a folder. */
export function writePlans(root: string, count: number): void {
  mkdirSync(join(root, 'releases'), { recursive: true });
  const head = sampleHead();
  for (let number = 0; number < count; number += 1) {
    const id = `2026-${String(number).padStart(5, '0')}-checkout`;
    const day = new Date(Date.UTC(2026, 0, 5) + (number % 900) * DAY).toISOString().slice(0, 10);
    const text = head.replaceAll(SAMPLE_ID, id).replaceAll('2026-12-03', day);
    const events = chainOf(id, historyOf(number));
    writeFileSync(
      join(root, 'releases', `${id}.yaml`),
      writeReleasePlan({ id, head: text }, events, phaseAfter(number)),
    );
  }
}

function historyOf(number: number): readonly NewEvent<EventType>[] {
  const vote = (actor: string) => newEvent('cab.voted', goVote(subject), { actor });
  const message = (key: string) =>
    newEvent('notification.queued', { key, topic: 'cab.submitted', text: 'x'.repeat(120), channels: [] });
  const all: NewEvent<EventType>[] = [
    newEvent('plan.created', subject),
    newEvent('cab.submitted', { ...subject, round: 1 }),
    vote(PEOPLE.cab[0]),
    vote(PEOPLE.cab[1]),
    newEvent('cab.decided', { round: 1, decision: 'go', go: 2, noGo: 0, quorum: 2 }, { actor: PEOPLE.cab[1] }),
    newEvent('stage.started', { ...subject, attempt: 1, commit: 'c'.repeat(40) }),
    newEvent('stage.completed', { ...subject, attempt: 1, commit: 'c'.repeat(40), images: {} }),
    ...Array.from({ length: 7 }, (_, index) => message(`key-${index}`)),
  ];
  return all.slice(0, 1 + (number % all.length));
}

/** The phase of a history cut as above; the bench checks that relctl agrees. */
function phaseAfter(number: number): string {
  const events = 1 + (number % 14);
  return ['draft', 'submitted', 'submitted', 'submitted', 'approved', 'approved'][events - 1] ?? 'staged';
}
