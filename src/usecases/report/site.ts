import { isSummary, type UnreadablePlan } from '../../domain/history/release-summary.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { buildPortfolio } from '../../domain/report/portfolio.ts';
import { packetAddress, placeInSite, planAddress, releaseAddress } from '../../domain/report/site.ts';
import { RelctlError } from '../../errors.ts';
import { plural } from '../../text/plural.ts';
import type { Context } from '../release/context.ts';
import { unreviewedGone } from '../signing/gone-plans.ts';
import { provenSummaries } from '../signing/look.ts';
import { calendarFeed } from './feed.ts';
import { type ReportGround, reportModel } from './model.ts';

/** Where calendars subscribe to. */
const FEED = 'calendar.ics';

/**
 * Writes all releases as a static site: the portfolio, and below `releases/<id>/` the report, the plan and what the board read in each round; beside it a calendar
 * to subscribe to.
 * An address stays for good; a release that cannot be read keeps the page that it had, and is named.
 * @param folder where the site lies, relative to the root of the repository
 */
export async function writeSite(ground: ReportGround & Pick<Context, 'config'>, folder: string): Promise<Outcome> {
  const { entries, claimed } = await provenSummaries(ground, await ground.store.summaries());
  const told: string[] = [];
  const untold: UnreadablePlan[] = [];
  let pages = 0;
  const write = async (address: string, content: string | Uint8Array) => {
    await ground.workspace.write(`${folder}/${address}`, content, { overwrite: true });
    pages += 1;
  };
  for (const { id } of entries.filter(isSummary)) {
    try {
      await writeRelease(ground, id, write);
      told.push(id);
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      untold.push({ id, code: error.code, problem: error.message });
    }
  }
  const links = new Map(told.map((id) => [id, releaseAddress(id)]));
  const gone = await unreviewedGone(ground);
  const portfolio = {
    ...buildPortfolio([...entries, ...untold], links, ground.clock.now()),
    feed: FEED,
    claimed,
    gone,
  };
  await write(FEED, await calendarFeed(ground));
  await write('index.html', await ground.documents.portfolio(portfolio));
  return {
    result: untold.length === 0 ? 'done' : 'failed',
    headline: `the site of ${plural(told.length, 'release')} is in ${folder}`,
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['pages', `${pages}, nothing fetched from elsewhere`],
          ['begin', `${folder}/index.html`],
        ],
      },
      {
        kind: 'checks',
        checks: untold.map(({ id, problem }) => ({ state: 'failed', text: `${id} has no new page`, detail: problem })),
      },
    ],
    data: { folder, releases: told, untold: untold.map(({ id, problem }) => ({ id, problem })), pages },
    simulated: portfolio.simulated,
  };
}

async function writeRelease(
  { store, documents, ...ground }: ReportGround,
  id: string,
  write: (address: string, content: string | Uint8Array) => Promise<void>,
): Promise<void> {
  const model = await reportModel({ store, documents, ...ground }, id);
  const { plan, state } = model;
  const kept = plan.events.flatMap((event) =>
    event.type === 'cab.submitted' && event.data.page !== undefined
      ? [{ round: event.data.round, page: event.data.page }]
      : [],
  );
  const packets = await Promise.all(
    // What was kept is read by its digest: a packet that was changed since is none.
    kept.map(async ({ round, page }) => ({ round, bytes: await store.read(id, page) })),
  );
  const rounds = packets.map(({ round }) => round);
  const place = (address: string) => placeInSite(id, address, rounds);
  await write(releaseAddress(id), await documents.report(model, place(releaseAddress(id))));
  await write(planAddress(id), await documents.plan(plan, state, place(planAddress(id))));
  for (const { round, bytes } of packets) await write(packetAddress(id, round), bytes);
}
