import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../../templates/ci', import.meta.url));
interface Job {
  readonly environment?: unknown;
  readonly [key: string]: unknown;
}

it('a workflow for GitHub that holds a secret has it from an environment, and is started by no request', () => {
  // What runs for a request is the workflow that the request brings: whoever may push would print the key.
  const jobs = readdirSync(FOLDER)
    .filter((file) => file.startsWith('github'))
    .flatMap((file) => {
      const workflow = parse(readFileSync(join(FOLDER, file), 'utf8'));
      const { on, jobs: all } = workflow as { readonly on: object; readonly jobs: Readonly<Record<string, Job>> };
      return Object.entries(all).map(([name, job]) => ({ name: `${file} ${name}`, on: Object.keys(on), job }));
    })
    .filter(({ job }) => JSON.stringify(job).includes('secrets.'));
  expect(jobs.length).toBeGreaterThan(2);
  for (const { name, on, job } of jobs) {
    expect(job.environment, name).toBeDefined();
    expect(
      on.filter((event) => event.startsWith('pull_request')),
      name,
    ).toEqual([]);
  }
});
