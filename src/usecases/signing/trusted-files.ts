import * as z from 'zod';
import { type ForgeSettings, forgeSchema } from '../../plan/forge.ts';
import { type Policy, policySchema } from '../../plan/policy.ts';
import { checkShape, readYaml } from '../../plan/yaml.ts';
import { CONFIG_FILE } from '../release/settings.ts';

/**
 * What the files of the protected branch say that rules and keys are read from. It is loaded where there is such a file alone: what reads YAML and checks
 * shapes takes a fifth of a start.
 */

/** The branch that relctl.yaml names as the protected one. Only one key is needed, and an older file may not fit the schema of today. */
export function readRedirection(text: string): string | undefined {
  const value = readYaml(text, CONFIG_FILE).value as { readonly protectedBranch?: unknown } | null;
  return typeof value?.protectedBranch === 'string' ? value.protectedBranch : undefined;
}

/** The forge that relctl.yaml names; `undefined` where it names none. Only one key is looked at, for the same reason. */
export function readForge(text: string): ForgeSettings | undefined {
  const value = readYaml(text, CONFIG_FILE).value as { readonly forge?: unknown } | null;
  const read = forgeSchema.safeParse(value?.forge);
  return read.success ? read.data : undefined;
}

/** A process policy. Errors: `policy.invalid`, `plan.yaml-*`. */
export function readPolicy(text: string, shown: string): Policy {
  return checkShape(policySchema, readYaml(text, shown), 'policy.invalid', shown, 'relctl schema policy');
}

const forgePeopleSchema = z.record(z.string().min(1), z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/));

/** Which login of the forge is which person. Errors: `signing.trust`, `plan.yaml-*`. */
export function readForgePeople(text: string, shown: string): Readonly<Record<string, string>> {
  return checkShape(forgePeopleSchema, readYaml(text, shown), 'signing.trust', shown, 'docs/forge-votes.md');
}
