import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { type Station, walkTo } from '../support/company-walk.ts';
import { installRelctl } from '../support/installed.ts';
import { PEOPLE } from '../support/sample-plan.ts';

const relctl = installRelctl();
afterAll(() => relctl.remove());

const schemaFile = (name: string) => fileURLToPath(new URL(`../../docs/schemas/${name}.v1.json`, import.meta.url));

describe('relctl status --json', () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(schemaFile('status'), 'utf8')));

  it('is what its schema says in every phase of a good release', async () => {
    const company: Company = await openCompany({ onDisk: true });
    try {
      let from: Station = 'draft';
      for (const station of [
        'draft',
        'submitted',
        'staged',
        'ready',
        'canary',
        'deployed',
        'hypercare',
        'closed',
      ] as const) {
        await walkTo(company, station, from);
        from = station;
        const finished = await relctl.run(['status', company.id, '--json'], { cwd: company.git.root });
        expect(finished.exitCode).toBe(0);
        const answer = JSON.parse(finished.stdout) as { data: { phase: string } };
        expect(answer.data.phase).toBe(station);
        validate(answer.data);
        expect(validate.errors).toBeNull();
      }
    } finally {
      company.close();
    }
  });

  it('has a schema that refuses what it does not name', () => {
    expect(validate({ release: 'x' })).toBe(false);
  });
});

describe('relctl schema', () => {
  it.each([
    ['plan', 'release-plan'],
    ['config', 'config'],
    ['policy', 'policy'],
    ['status', 'status'],
  ])('%s is the published docs/schemas/%s.v1.json', async (name, file) => {
    const finished = await relctl.run(['schema', name], { cwd: fileURLToPath(new URL('.', import.meta.url)) });
    expect(finished.exitCode).toBe(0);
    expect(finished.stdout).toBe(readFileSync(schemaFile(file), 'utf8'));
  });
});

describe('results and progress', () => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany({ onDisk: true });
    await walkTo(company, 'ready');
    await company.advanceToWindow();
  });
  afterAll(() => company.close());

  it('do not mix: --json is one object on stdout, whatever is told on stderr', async () => {
    const args = ['stage', company.id, '--json', '--as', PEOPLE.rdLead, '--exception', 'staged again'];
    const finished = await relctl.run(args, { cwd: company.git.root });
    expect(finished.exitCode).toBe(0);
    expect(JSON.parse(finished.stdout)).toMatchObject({ exitCode: 0, data: { phase: 'staged' } });
    expect(finished.stderr).toContain('Roll out web in staging');
  });

  it('come as one JSON object a line with --events ndjson, the outcome last', async () => {
    const args = ['deploy', company.id, '--events', 'ndjson', '--as', 'nobody@example.com'];
    const refused = await relctl.run(args, { cwd: company.git.root });
    const lines = refused.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.at(-1)).toMatchObject({ type: 'error' });
    expect(refused.exitCode).toBe(4);
  });
});
