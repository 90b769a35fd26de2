import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../../templates/ci', import.meta.url));
interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const jobs = readdirSync(FOLDER)
  .filter((file) => file.startsWith('github'))
  .flatMap((file) => {
    const { on, jobs: all } = parse(readFileSync(join(FOLDER, file), 'utf8')) as Workflow;
    return Object.entries(all).map(([name, { steps }]) => ({ file, name, events: Object.keys(on), steps }));
  });

/** True where a checkout takes out what a request or an input names. */
function isGiven(step: Step, events: readonly string[]): boolean {
  return step.with?.ref !== undefined || events.some((event) => event.startsWith('pull_request'));
}

/**
 * Actions run programs in the work tree that the tree names: setup-node asks `yarn --version`, and the yarn that every runner has starts the program
 * of a `.yarnrc`. So they run before a tree is there that whoever may push chooses; and so does what a company puts in place of a step.
 */
describe.each(jobs)('$file $name', ({ steps, events }) => {
  it('runs no action in a tree that somebody else chose', () => {
    const at = steps.findIndex((step) => step.uses?.startsWith('actions/checkout@') === true && isGiven(step, events));
    const behind = at === -1 ? [] : steps.slice(at + 1);
    const taken = (step: Step) =>
      step.uses ?? (step.run?.includes('Replace this step') === true ? step.name : undefined);
    expect(behind.flatMap((step) => taken(step) ?? [])).toEqual([]);
  });

  it('takes another commit out in its last step, once all else is there', () => {
    const takesOut = steps.map(({ run = '' }) => run.includes('git checkout'));
    expect(takesOut.slice(0, -1)).not.toContain(true);
  });

  it('has no action that asks for the cache of a package manager once all has run', () => {
    const found = steps.filter(({ uses }) => uses?.startsWith('actions/setup-node@') === true);
    expect(found).toHaveLength(1);
    for (const step of found) expect(step.with?.['package-manager-cache']).toBe(false);
  });
});
