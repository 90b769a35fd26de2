import * as z from 'zod';
import type { ForgeRunner } from '../../plan/runner.ts';
import type { RunState } from '../../ports/runner.ts';
import { byName } from '../../text/by-name.ts';
import { askTool } from '../forge/command-line.ts';
import type { RunnerKind } from './kind.ts';
import { ownLines, type PipelineIo, type Pipelines, pipelineFailure, pipelineRunner } from './pipelines.ts';

/** Workflow runs of GitHub, by its REST API through `gh api`, which fills in the repository of this clone. */

const run = z.object({
  id: z.int(),
  display_title: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string(),
  head_branch: z.string().nullable(),
});
const runsSchema = z.object({ workflow_runs: z.array(run) });
const jobsSchema = z.object({ jobs: z.array(z.object({ id: z.int(), status: z.string() })) });

/** How long one call of `gh` may take. */
const TIMEOUT_MS = 30_000;
const REPOSITORY = 'repos/{owner}/{repo}';

export const github: RunnerKind<ForgeRunner> = {
  open({ workflow, ref }, { namespace, cwd, exec }) {
    const io: PipelineIo = { cwd, exec, timeout: TIMEOUT_MS };
    return pipelineRunner(gitHubPipelines(io, workflow, ref), io, namespace);
  },
};

/** The runs of one workflow. */
export function gitHubPipelines(io: PipelineIo, workflow: string, ref: string): Pipelines {
  const actions = `${REPOSITORY}/actions`;

  async function ask<S extends z.ZodType>(what: string, path: string, schema: S): Promise<z.output<S>> {
    const asked = await askTool(io, 'gh', ['api', path]);
    const read = asked.ok ? schema.safeParse(asked.value) : undefined;
    if (read?.success === true) return read.data;
    throw pipelineFailure(
      'github',
      what,
      asked.ok ? 'gh answered in a form that is not the GitHub API’s' : asked.reason,
    );
  }

  async function post(what: string, path: string, body: object): Promise<void> {
    const args = ['api', '--method', 'POST', path, '--input', '-'];
    const { exitCode, stderr } = await io.exec('gh', args, {
      cwd: io.cwd,
      timeout: io.timeout,
      input: JSON.stringify(body),
      env: { GH_PROMPT_DISABLED: '1', NO_COLOR: '1' },
    });
    if (exitCode !== 0) throw pipelineFailure('github', what, stderr.trim().split('\n').at(-1) ?? '');
  }

  const branch = ref.replace(/^refs\/heads\//, '');
  return {
    name: 'github',
    async find(key) {
      const query = new URLSearchParams({ event: 'workflow_dispatch', branch, per_page: '100' });
      const path = `${actions}/workflows/${workflow}/runs?${query}`;
      const { workflow_runs: runs } = await ask(`the runs of ${workflow}`, path, runsSchema);
      // The newest comes first; `run-name` of the workflow is its title. Whoever may push has a workflow of that file on a branch of their own.
      const found = runs.find((one) => one.head_branch === branch && one.display_title === `relctl ${key}`);
      return found === undefined ? undefined : { id: String(found.id), url: found.html_url, state: stateOf(found) };
    },
    dispatch: (key, inputs) =>
      post(`asking for the run ${key}`, `${actions}/workflows/${workflow}/dispatches`, { ref, inputs }),
    cancel: (id) => post(`cancelling run ${id}`, `${actions}/runs/${id}/cancel`, {}),
    async log(id) {
      const { jobs } = await ask(`the jobs of run ${id}`, `${actions}/runs/${id}/jobs`, jobsSchema);
      const [job] = jobs;
      // GitHub gives a log only once its job has ended.
      if (job === undefined || job.status !== 'completed') return [];
      const { exitCode, stdout } = await io.exec('gh', ['api', `${actions}/jobs/${job.id}/logs`], {
        cwd: io.cwd,
        timeout: io.timeout,
        env: { GH_PROMPT_DISABLED: '1', NO_COLOR: '1' },
      });
      return exitCode === 0 ? ownLines(stdout, (line) => line.replace(/^\d{4}-\d\d-\d\dT[0-9:.]+Z /, '')) : [];
    },
  };
}

function stateOf({ status, conclusion, html_url: url }: z.infer<typeof run>): RunState {
  if (status === 'completed') {
    const reason = conclusion ?? 'completed';
    return { phase: 'ended', ok: reason === 'success', reason, detail: url };
  }
  if (status === 'in_progress') return { phase: 'running', detail: url, worker: url };
  const detail = WAITING[status] ?? status;
  return { phase: 'waiting', reason: status, detail: `${detail}: ${url}`, stuck: false };
}

const WAITING: Readonly<Record<string, string>> = byName({
  waiting: 'waits for an approval of its environment',
  pending: 'waits for another run of the same release',
  queued: 'waits for a machine',
});
