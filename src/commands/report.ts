import { releaseNotes } from '../domain/report/notes.ts';
import { reportSummary } from '../domain/report/summary.ts';
import { RelctlError } from '../errors.ts';
import { missingId } from '../program/missing-id.ts';
import { command } from '../text/command-line.ts';
import { type ReportGround, reportModel } from '../usecases/report/model.ts';
import { writeSite } from '../usecases/report/site.ts';
import { portfolioModel, writeReport } from '../usecases/report.ts';
import { argument, type CommandAction, given, type Invocation, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const ground = await invocation.reading();
  const typed = given(invocation.flags, 'output').output;
  const output = typed === undefined ? undefined : ground.workspace.here(typed);
  for (const flag of ['site', 'all'] as const) {
    if (isSet(invocation.flags, flag) && argument(invocation, 0) !== '') throw ofAll(flag, argument(invocation, 0));
  }
  if (isSet(invocation.flags, 'site')) return writeSite(ground, output ?? 'site');
  if (isSet(invocation.flags, 'all')) {
    const path = output ?? 'releases/index.html';
    const model = await portfolioModel(ground, path);
    const about = {
      what: 'the portfolio of all releases',
      data: { releases: model.releases.length },
      simulated: model.simulated,
    };
    return writeReport(ground, path, await ground.documents.portfolio(model), about);
  }
  const [id] = invocation.args;
  if (id === undefined) throw missingId('report', ['relctl report --all', 'relctl report --site']);
  const model = await reportModel(ground, id);
  const { text, extension } = await render(invocation, ground, model);
  const about = {
    what: `${isSet(invocation.flags, 'notes') ? 'the release notes' : 'the report'} of ${model.plan.metadata.feature}`,
    data: { release: id, phase: model.state.phase, ...(model.claimed === true ? { claimed: true } : {}) },
    simulated: model.state.simulated,
  };
  return writeReport(ground, output ?? `releases/${id}/report.${extension}`, text, about);
};

async function render(
  invocation: Invocation,
  { documents }: ReportGround,
  model: Awaited<ReturnType<typeof reportModel>>,
): Promise<{ readonly text: string; readonly extension: string }> {
  if (isSet(invocation.flags, 'notes')) {
    return { text: await documents.markdown(releaseNotes(model)), extension: 'notes.md' };
  }
  return given(invocation.flags, 'format').format === 'markdown'
    ? { text: await documents.markdown(reportSummary(model)), extension: 'md' }
    : { text: await documents.report(model), extension: 'html' };
}

/** A word behind the flag is a release, or was meant for the folder: neither is left aside without a word. */
function ofAll(flag: 'site' | 'all', word: string): RelctlError {
  return new RelctlError('usage.bad-flag', `--${flag} is of all releases, and "${word}" was named as well`, {
    why: 'Nothing was written.',
    hints: [command`relctl report ${`--${flag}`} --output ${word}`, command`relctl report ${word}`],
  });
}
