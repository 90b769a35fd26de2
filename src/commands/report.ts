import { releaseNotes } from '../domain/report/notes.ts';
import { reportSummary } from '../domain/report/summary.ts';
import { RelctlError } from '../errors.ts';
import { type ReportGround, reportModel } from '../usecases/report/model.ts';
import { writeSite } from '../usecases/report/site.ts';
import { portfolioModel, writeReport } from '../usecases/report.ts';
import { argument, type CommandAction, given, type Invocation, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const ground = await invocation.reading();
  const typed = given(invocation.flags, 'output').output;
  const output = typed === undefined ? undefined : ground.workspace.here(typed);
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
  const id = argument(invocation, 0);
  if (id === '') throw missing();
  const model = await reportModel(ground, id);
  const { text, extension } = await render(invocation, ground, model);
  if (text === undefined) return unknownFormat(invocation);
  const about = {
    what: `the report of ${model.plan.metadata.feature}`,
    data: { release: id, phase: model.state.phase },
    simulated: model.state.simulated,
  };
  return writeReport(ground, output ?? `releases/${id}/report.${extension}`, text, about);
};

async function render(
  invocation: Invocation,
  { documents }: ReportGround,
  model: Awaited<ReturnType<typeof reportModel>>,
): Promise<{ readonly text: string | undefined; readonly extension: string }> {
  if (isSet(invocation.flags, 'notes')) {
    return { text: await documents.markdown(releaseNotes(model)), extension: 'notes.md' };
  }
  const format = given(invocation.flags, 'format').format ?? 'html';
  if (format === 'html') {
    return { text: await documents.report(model), extension: 'html' };
  }
  if (format === 'markdown') {
    return { text: await documents.markdown(reportSummary(model)), extension: 'md' };
  }
  return { text: undefined, extension: '' };
}

function unknownFormat(invocation: Invocation): never {
  throw new RelctlError(
    'usage.bad-flag',
    `--format is "${given(invocation.flags, 'format').format}", which is not one of its values`,
    {
      why: 'Nothing was written.',
      hints: ['--format html', '--format markdown'],
    },
  );
}

function missing(): RelctlError {
  return new RelctlError('usage.missing-answer', 'which release? Its id is missing', {
    why: 'Nothing was written.',
    hints: ['relctl report <id>', 'relctl report --all', 'relctl report --site', 'relctl list'],
  });
}
