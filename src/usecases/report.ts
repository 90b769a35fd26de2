import type { Outcome } from '../domain/outcome/outcome.ts';
import { buildPortfolio, type Portfolio } from '../domain/report/portfolio.ts';
import type { ReportGround } from './report/model.ts';
import { unreviewedGone } from './signing/gone-plans.ts';
import { provenSummaries } from './signing/look.ts';

/**
 * Gathers what there is to tell of all releases.
 * @param path where the page will lie, relative to the repository: links lead from there to the pages that exist
 */
export async function portfolioModel(ground: ReportGround, path: string): Promise<Portfolio> {
  const { entries: summaries, claimed } = await provenSummaries(ground, await ground.store.summaries());
  const written = await ground.workspace.find('releases/*/report.html');
  const up = '../'.repeat(path.split('/').filter((part) => part !== '' && part !== '.').length - 1);
  const pages = written.flatMap((page) => {
    const id = page.split('/')[1];
    const href = path.startsWith('releases/') ? `${up.slice(3)}${page.slice('releases/'.length)}` : `${up}${page}`;
    return id === undefined ? [] : [[id, href] as const];
  });
  const gone = await unreviewedGone(ground);
  return { ...buildPortfolio(summaries, new Map(pages), ground.clock.now()), claimed, gone };
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
