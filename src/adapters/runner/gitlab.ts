import * as z from 'zod';
import type { ForgeRunner } from '../../plan/runner.ts';
import type { RunState } from '../../ports/runner.ts';
import { byName } from '../../text/by-name.ts';
import { askTool } from '../forge/command-line.ts';
import type { RunnerKind } from './kind.ts';
import { ownLines, type PipelineIo, type Pipelines, pipelineFailure, pipelineRunner } from './pipelines.ts';

/** Pipelines of GitLab, by its REST API v4 through `glab api`, which fills in the project of this clone. */

const pipelinesSchema = z.array(z.object({ id: z.int(), status: z.string(), web_url: z.string() }));
const jobsSchema = z.array(z.object({ id: z.int(), name: z.string() }));
const variablesSchema = z.array(z.object({ key: z.string(), value: z.string() }));

/** How long one call of `glab` may take. */
const TIMEOUT_MS = 30_000;

export const gitlab: RunnerKind<ForgeRunner> = {
  open({ workflow, ref }, { namespace, cwd, exec }) {
    const io: PipelineIo = { cwd, exec, timeout: TIMEOUT_MS };
    return pipelineRunner(gitLabPipelines(io, workflow, ref), io, namespace);
  },
};

/** The pipelines that hold one job. */
export function gitLabPipelines(io: PipelineIo, job: string, ref: string): Pipelines {
  const keys = new Map<number, Promise<z.infer<typeof variablesSchema>>>();

  async function ask<S extends z.ZodType>(what: string, path: string, schema: S): Promise<z.output<S>> {
    const asked = await askTool(io, 'glab', ['api', path]);
    const read = asked.ok ? schema.safeParse(asked.value) : undefined;
    if (read?.success === true) return read.data;
    throw pipelineFailure(
      'gitlab',
      what,
      asked.ok ? 'glab answered in a form that is not the GitLab API’s' : asked.reason,
    );
  }

  async function post(what: string, path: string, body: object): Promise<void> {
    const header = ['--header', 'Content-Type: application/json'];
    const { exitCode, stderr } = await io.exec('glab', ['api', '--method', 'POST', path, ...header, '--input', '-'], {
      cwd: io.cwd,
      timeout: io.timeout,
      input: JSON.stringify(body),
      env: { GLAB_NO_PROMPT: '1', NO_PROMPT: '1', NO_COLOR: '1' },
    });
    if (exitCode !== 0) throw pipelineFailure('gitlab', what, stderr.trim().split('\n').at(-1) ?? '');
  }

  /** What a pipeline was asked to do, by its variables: they never change. */
  async function keyOf(id: number): Promise<string | undefined> {
    const path = `projects/:id/pipelines/${id}/variables`;
    const known = keys.get(id) ?? ask(`the variables of pipeline ${id}`, path, variablesSchema);
    keys.set(id, known);
    return (await known).find((one) => one.key === 'RELCTL_KEY')?.value;
  }

  return {
    name: 'gitlab',
    async find(key) {
      const query = new URLSearchParams({ source: 'api', ref, order_by: 'id', sort: 'desc', per_page: '50' });
      // The newest comes first.
      for (const one of await ask('the pipelines', `projects/:id/pipelines?${query}`, pipelinesSchema)) {
        if ((await keyOf(one.id)) === key) return { id: String(one.id), url: one.web_url, state: stateOf(one) };
      }
      return undefined;
    },
    dispatch(key, inputs) {
      const variables = Object.entries(inputs).map(([name, value]) => ({ key: `RELCTL_${name.toUpperCase()}`, value }));
      return post(`asking for the pipeline ${key}`, 'projects/:id/pipeline', { ref, variables });
    },
    cancel: (id) => post(`cancelling pipeline ${id}`, `projects/:id/pipelines/${id}/cancel`, {}),
    async log(id) {
      const jobs = await ask(`the jobs of pipeline ${id}`, `projects/:id/pipelines/${id}/jobs`, jobsSchema);
      const found = jobs.find(({ name }) => name === job);
      if (found === undefined) return [];
      const { exitCode, stdout } = await io.exec('glab', ['api', `projects/:id/jobs/${found.id}/trace`], {
        cwd: io.cwd,
        timeout: io.timeout,
        env: { GLAB_NO_PROMPT: '1', NO_PROMPT: '1', NO_COLOR: '1' },
      });
      // Newer runners put a time and a number of the stream before each line.
      return exitCode === 0
        ? ownLines(stdout, (line) => line.replace(/^\d{4}-\d\d-\d\dT[0-9:.]+Z [0-9a-f]{2}[OE][ +]?/, ''))
        : [];
    },
  };
}

function stateOf({ status, web_url: url }: z.infer<typeof pipelinesSchema>[number]): RunState {
  if (status === 'running') return { phase: 'running', detail: url, worker: url };
  if (ENDED.has(status)) return { phase: 'ended', ok: status === 'success', reason: status, detail: url };
  return { phase: 'waiting', reason: status, detail: `${WAITING[status] ?? status}: ${url}`, stuck: false };
}

const ENDED: ReadonlySet<string> = new Set(['success', 'failed', 'canceled', 'skipped']);
const WAITING: Readonly<Record<string, string>> = byName({
  manual: 'waits for an approval of its environment',
  waiting_for_resource: 'waits for another run of the same release',
  pending: 'waits for a machine',
});
