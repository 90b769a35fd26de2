import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import type { ChangeRecordSettings } from '../../plan/change-record.ts';
import type { ChangeRecord, ChangeUpdate, ChangeWindow } from '../../ports/change-records.ts';
import { endedUnheard } from '../ended-with.ts';
import { lastWords, secretsIn } from '../hooks/redact.ts';
import { parseJson } from '../http/json.ts';
import { changeFailure } from './failure.ts';
import type { ChangeSystem } from './system.ts';

/** A system behind a program of the company: one JSON document in, one out. docs/change-record.md has the contract. */

type Settings = Extract<ChangeRecordSettings, { readonly kind: 'command' }>;

const recordSchema = z.object({
  key: z.string().min(1),
  number: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }).optional(),
  stage: z.enum(['planned', 'implementing', 'reviewing', 'closed', 'cancelled', 'other']),
  decision: z.enum(['approved', 'rejected', 'pending']),
  window: z.object({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) }).optional(),
});
const refusedSchema = z.object({ refused: z.string().min(1) });
const ANSWERS = {
  find: z.object({ records: z.array(recordSchema) }),
  create: z.object({ record: recordSchema }),
  marks: z.object({ marks: z.array(z.string()) }),
  update: z.object({ record: recordSchema }),
} as const;

export const command: ChangeSystem<Settings> = {
  open(settings, { exec, cwd, timeout, env }) {
    const [program = '', ...args] = settings.command;
    const fail = (problem: string, refused: boolean) => changeFailure(program, problem, { refused });
    async function ask<K extends keyof typeof ANSWERS>(what: K, more: object): Promise<z.infer<(typeof ANSWERS)[K]>> {
      const input = `${JSON.stringify({ apiVersion: 'relctl/v1', kind: 'ChangeRecordRequest', do: what, ...more })}\n`;
      const { exitCode, stdout } = await exec(program, args, { cwd, timeout, input }).catch((error: unknown) => {
        if (error instanceof RelctlError) throw fail(error.message, error.code === 'tool.missing');
        throw error;
      });
      // What it prints beside its answer is not repeated, as it would be recorded.
      if (exitCode !== 0) throw fail(endedUnheard(exitCode), false);
      const answer = parseJson(stdout);
      const refused = refusedSchema.safeParse(answer);
      if (refused.success) throw fail(lastWords(refused.data.refused, secretsIn(env), 200), true);
      const read = ANSWERS[what].safeParse(answer);
      if (read.success) return read.data as z.infer<(typeof ANSWERS)[K]>;
      const [issue] = read.error.issues;
      throw fail(`its answer to ${what} does not read: ${issue?.path.join('.')}: ${issue?.message}`, false);
    }
    return {
      system: program,
      async find(correlation, known) {
        return (await ask('find', { correlation, ...(known === undefined ? {} : { known }) })).records.map(recordOf);
      },
      async create({ window, ...change }) {
        return recordOf((await ask('create', { ...change, window: written(window) })).record);
      },
      marks: async ({ key }) => new Set((await ask('marks', { key })).marks),
      async update({ key }, { window, ...change }: ChangeUpdate) {
        const at = window === undefined ? {} : { window: written(window) };
        const now = recordOf((await ask('update', { key, ...change, ...at })).record);
        if (change.stage !== undefined && now.stage !== change.stage) {
          throw fail(`it answered with success and left ${now.number} at ${now.stage}, not ${change.stage}`, true);
        }
        return now;
      },
    };
  },
};

function written({ start, end }: ChangeWindow) {
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

function recordOf({ window, ...record }: z.infer<typeof recordSchema>): ChangeRecord {
  return {
    ...record,
    window: window === undefined ? undefined : { start: Date.parse(window.start), end: Date.parse(window.end) },
  };
}
