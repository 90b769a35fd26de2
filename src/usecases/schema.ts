import * as z from 'zod';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { statusDataSchema } from '../domain/outcome/status.ts';
import { RelctlError } from '../errors.ts';
import { configSchema } from '../plan/config.ts';
import { policySchema } from '../plan/policy.ts';
import { wholeDocumentSchema } from '../plan/release-plan.ts';
import { command } from '../text/command-line.ts';

/** The documents that have a schema, with its title. */
const SCHEMAS = {
  plan: ['Release Plan Document of relctl, v1', wholeDocumentSchema],
  config: ['relctl.yaml, v1', configSchema],
  policy: ['Process policy of relctl, v1', policySchema],
  status: ['`data` of relctl status --json, v1', statusDataSchema],
} as const satisfies Record<string, readonly [string, z.ZodType]>;

/** Names of the schemas that `relctl schema` prints. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS) as readonly (keyof typeof SCHEMAS)[];

/** A JSON Schema (2020-12) of what people write, or of what `status --json` answers; defaults may be left out. */
export function jsonSchema(name: keyof typeof SCHEMAS): object {
  const [title, schema] = SCHEMAS[name];
  return { title, ...z.toJSONSchema(schema, { io: name === 'status' ? 'output' : 'input', unrepresentable: 'any' }) };
}

/** Prints a schema. Errors: `usage.bad-flag` for a name that there is none of. */
export function schema(name: string): Outcome {
  const known = SCHEMA_NAMES.find((one) => one === name);
  if (known === undefined) {
    throw new RelctlError('usage.bad-flag', `there is no schema "${name}"`, {
      why: 'Nothing was printed.',
      hints: SCHEMA_NAMES.map((one) => command`relctl schema ${one}`),
    });
  }
  const printed = jsonSchema(known);
  return {
    result: 'done',
    headline: '',
    blocks: [{ kind: 'verbatim', text: `${JSON.stringify(printed, null, 2)}\n` }],
    data: { schema: printed },
  };
}
