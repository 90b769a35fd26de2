import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { phaseOf } from '../../src/domain/history/fold.ts';
import { eventHash, genesisHash } from '../../src/plan/chain.ts';
import type { RecordedEvent } from '../../src/plan/events.ts';
import { writeReleasePlan } from '../../src/plan/release-plan.ts';
import type { Company } from './company.ts';
import { SAMPLE_FILE } from './sample-plan.ts';

/** An event as somebody writes it into the file who has no key. */
export interface Written {
  readonly actor: string;
  readonly type: string;
  readonly data: object;
  readonly at?: string;
  readonly simulated?: true;
}

/** Changes a history as whoever may push can: numbers and chains it anew, and writes the file. */
export async function forge(
  company: Company,
  change: (events: readonly Written[]) => readonly Written[],
): Promise<void> {
  const { head, events } = await company.plan();
  const at = new Date(company.sandbox.clock.now()).toISOString();
  const chained: RecordedEvent[] = [];
  for (const [index, written] of change(structuredClone(events)).entries()) {
    const { hash: _hash, ...event } = { at, ...written } as unknown as RecordedEvent;
    const linked = { ...event, seq: index + 1, prev: chained.at(-1)?.hash ?? genesisHash(company.id) } as RecordedEvent;
    chained.push({ ...linked, hash: eventHash(linked) } as RecordedEvent);
  }
  const file = join(company.git.root, SAMPLE_FILE);
  const text = writeReleasePlan({ id: company.id, head }, chained, phaseOf(chained));
  if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}
