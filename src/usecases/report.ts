import type { Outcome } from '../domain/outcome/outcome.ts';
import { readCanaryStory } from '../domain/report/canary-story.ts';
import { buildReport, type ReportModel } from '../domain/report/model.ts';
import { buildPortfolio, type Portfolio } from '../domain/report/portfolio.ts';
import type { Context } from './release/context.ts';
import { openSigning } from './signing/open.ts';

/** What a report is made from. */
export type ReportGround = Pick<Context, 'store' | 'workspace' | 'clock' | 'documents' | 'signing'>;

/** Gathers what a report tells of a release: its history, its policy, and the canary's kept series. */
export async function reportModel(ground: ReportGround, id: string): Promise<ReportModel> {
  const plan = await ground.store.load(id);
  const simulated = plan.events.length > 0 && plan.events.every((event) => event.simulated === true);
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
  return buildReport(counted, signing.policy, story, ground.clock.now(), signing.examination?.signed);
}

/**
 * Gathers what there is to tell of all releases.
 * @param path where the page will lie, relative to the repository: links lead from there to the pages that exist
 */
export async function portfolioModel(ground: ReportGround, path: string): Promise<Portfolio> {
  const summaries = await ground.store.summaries();
  const written = await ground.workspace.find('releases/*/report.html');
  const up = '../'.repeat(path.split('/').filter((part) => part !== '' && part !== '.').length - 1);
  const pages = written.flatMap((page) => {
    const id = page.split('/')[1];
    const href = path.startsWith('releases/') ? `${up.slice(3)}${page.slice('releases/'.length)}` : `${up}${page}`;
    return id === undefined ? [] : [[id, href] as const];
  });
  return buildPortfolio(summaries, new Map(pages), ground.clock.now());
}

/** Writes a report that was rendered and says where. */
export async function writeReport(
  ground: ReportGround,
  path: string,
  text: string,
  about: { readonly what: string; readonly data: Readonly<Record<string, unknown>>; readonly simulated: boolean },
): Promise<Outcome> {
  await ground.workspace.write(path, text, { overwrite: true });
  return {
    result: 'done',
    headline: `${about.what} is in ${path}`,
    blocks: [{ kind: 'facts', facts: [['size', `${Math.ceil(text.length / 1024)} KiB, one file, nothing fetched`]] }],
    data: { ...about.data, file: path, bytes: text.length },
    simulated: about.simulated,
  };
}
