import { readCanaryStory } from '../../domain/report/canary-story.ts';
import { buildReport, type ReportModel } from '../../domain/report/model.ts';
import { isOnlySimulated } from '../../plan/counted.ts';
import type { Context } from '../release/context.ts';
import { isOnlyClaimed } from '../signing/look.ts';
import { openSigning } from '../signing/open.ts';

/** What a report is made from. */
export type ReportGround = Pick<Context, 'store' | 'workspace' | 'clock' | 'documents' | 'signing'>;

/** Gathers what a report tells of a release: its history, its policy, and the canary's kept series. */
export async function reportModel(ground: ReportGround, id: string): Promise<ReportModel> {
  const plan = await ground.store.load(id);
  const simulated = isOnlySimulated(plan.events);
  const signing = await openSigning({ ...ground, environments: { simulated } }, plan);
  // What does not count is not told as if it did; that an event carries a signature says nothing of what it is worth.
  const leftOut = signing.sealing?.leftOut ?? new Set();
  const events = plan.events.filter((event) => !leftOut.has(event.hash));
  const judged = events.findLast((event) => event.type === 'canary.judged');
  const series = judged?.data.series;
  const text = series === undefined ? undefined : new TextDecoder().decode(await ground.store.read(id, series));
  const story = text === undefined ? undefined : readCanaryStory(text);
  // The phase in the file is one of all events; where some do not count, it is no claim about the rest.
  const counted = leftOut.size === 0 ? plan : { ...plan, events, claimedPhase: undefined };
  const model = buildReport(counted, signing.policy, story, ground.clock.now(), signing.examination?.signed);
  return { ...model, signs: signing.facts.mode === 'required', claimed: await isOnlyClaimed(ground, plan, signing) };
}
