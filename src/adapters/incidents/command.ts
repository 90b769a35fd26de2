import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { IncidentSettings } from '../../plan/incidents.ts';
import type { Incidents } from '../../ports/incidents.ts';
import { endedUnheard } from '../ended-with.ts';
import { parseJson } from '../http/json.ts';
import { noData } from '../prometheus/api.ts';
import type { IncidentGround } from './ground.ts';

/** Incidents behind a program of the company: one JSON document in, one out. docs/incidents.md has the contract. */

type Settings = Extract<IncidentSettings, { readonly kind: 'command' }>;

const answerSchema = z.object({
  incidents: z.array(
    z.object({
      ref: z.string().min(1),
      title: z.string(),
      severity: z.int().min(1).max(5),
      open: z.boolean(),
    }),
  ),
});

/** Incidents that a program tells. */
export function commandIncidents({ command, timeout }: Settings, { exec, cwd }: IncidentGround): Incidents {
  const [program = '', ...args] = command;
  return {
    system: program,
    async opened({ from, to }) {
      const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const input = `${JSON.stringify({ apiVersion: 'relctl/v1', kind: 'IncidentsRequest', ...span })}\n`;
      try {
        const options = { cwd, timeout: durationSeconds(timeout) * 1000, input };
        const { exitCode, stdout } = await exec(program, args, options);
        // What it prints beside its answer is not repeated: what is seen of production is recorded.
        if (exitCode !== 0) return noData('error', `${program} ${endedUnheard(exitCode)}`);
        const read = answerSchema.safeParse(parseJson(stdout));
        if (!read.success) return noData('error', `the answer of ${program} does not read`);
        return { ok: true, value: read.data.incidents.map(({ open, ...one }) => ({ ...one, isOpen: open })) };
      } catch (error) {
        if (!(error instanceof RelctlError)) throw error;
        return noData(error.code === 'tool.timeout' ? 'timeout' : 'unreachable', error.message);
      }
    },
  };
}
