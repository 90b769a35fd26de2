import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHuman } from '../../src/renderers/human.ts';
import { createStyle } from '../../src/renderers/style.ts';
import { doctor } from '../../src/usecases/doctor.ts';
import { list } from '../../src/usecases/list.ts';
import { loadConfig, loadPolicy } from '../../src/usecases/release/settings.ts';
import { SCHEMA_NAMES, schema } from '../../src/usecases/schema.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';

let company: Company;
beforeAll(async () => {
  company = await openCompany();
  await walkTo(company, 'submitted');
});
afterAll(() => company.close());

interface Checks {
  readonly checks: readonly { readonly text: string; readonly state: string; readonly detail?: string }[];
}

describe('doctor', () => {
  it('finds everything that a release needs in a company that has it', async () => {
    const outcome = await doctor(company.as(OPERATOR));
    const failed = (outcome.data as unknown as Checks).checks.filter((check) => check.state === 'failed');
    expect(failed).toEqual([]);
    expect(outcome.result).toBe('done');
  });

  it.each([
    ['cluster-unreachable', 'cluster production'],
    ['prometheus-down', 'metrics of production'],
  ] as const)('under %s names what does not answer, and goes on looking', async (fault, text) => {
    company.sandbox.faults.set(fault, true);
    try {
      const outcome = await doctor(company.as(OPERATOR));
      const { checks } = outcome.data as unknown as Checks;
      expect(outcome.result).toBe('failed');
      expect(checks.find((check) => check.text === text)).toMatchObject({ state: 'failed' });
      expect(checks.at(-1)?.text).toBe('notifications');
    } finally {
      company.sandbox.faults.set(fault, false);
    }
  });
});

describe('list', () => {
  const put = (id: string, text: string) => writeFileSync(join(company.git.root, 'releases', `${id}.yaml`), text);
  const listed = () => list(company.as(OPERATOR), { phases: [] });

  it('shows what can be read, and says that it was made in the sandbox', async () => {
    const all = await listed();
    expect(all).toMatchObject({ result: 'done', simulated: true, data: { unreadable: [], headOnly: [] } });
    expect(all.data.releases).toMatchObject([{ id: company.id, phase: 'submitted', simulated: true }]);
    const none = await list(company.as(OPERATOR), { phases: ['closed'] });
    expect(none.data.releases).toEqual([]);
  });

  it.each([
    [{ phases: ['hypercar'] }, 'there is no phase "hypercar"', '--phase hypercare'],
    [{ phases: [], services: ['wbe'] }, 'there is no service "wbe"', '--service web'],
    [{ phases: [], services: ['constructor'] }, 'there is no service "constructor"', 'services: '],
  ])('refuses a word that is none of its kind: %j', async (filter, message, hint) => {
    const refused = await refusal(list(company.as(OPERATOR), filter));
    expect(refused).toMatchObject({ code: 'usage.bad-flag', message });
    expect(refused.hints.some((one) => one.startsWith(hint))).toBe(true);
  });

  it.each([
    [{ phases: ['nix'] }, 'phases: draft, submitted, '],
    [{ phases: [], services: ['nix'] }, 'services: '],
  ])('proposes nothing for a word that looks like none, and names all there are: %j', async (filter, all) => {
    const { hints } = await refusal(list(company.as(OPERATOR), filter));
    expect(hints).toEqual([expect.stringContaining(all)]);
  });

  it.each([80, 100])('says a zone that all windows share once, and whole, at %i columns', async (columns) => {
    const drawn = renderHuman(await listed(), createStyle({ columns, unicode: true }));
    expect(drawn.split('America/New_York')).toHaveLength(2);
    expect(drawn).toContain('1 release, windows in America/New_York');
  });

  it('says the zone of each window where they differ', async () => {
    const text =
      readFileSync(join(company.git.root, 'releases', `${company.id}.yaml`), 'utf8').split('\nstatus:')[0] ?? '';
    put('2027-01-berlin', text.replaceAll(company.id, '2027-01-berlin').replace('America/New_York', 'Europe/Berlin'));
    try {
      const [table] = (await listed()).blocks;
      expect(table).toMatchObject({ columns: expect.arrayContaining(['window']) });
      expect(JSON.stringify(table)).toMatch(/Europe\/Berlin.*America\/New_York|America\/New_York.*Europe\/Berlin/);
    } finally {
      rmSync(join(company.git.root, 'releases', '2027-01-berlin.yaml'));
    }
  });

  it('names a plan that is broken below what a list shows, with code, line and command, and ends as an invalid plan does', async () => {
    const head =
      readFileSync(join(company.git.root, 'releases', `${company.id}.yaml`), 'utf8').split('\nstatus:')[0] ?? '';
    const lines = head.replaceAll(company.id, '2027-01-torn').split('\n');
    const at = lines.findIndex((line) => line.startsWith('  rollback:'));
    lines[at] = '  rollback: [open';
    put('2027-01-torn', `${lines.join('\n')}\n`);
    put('2027-01-broken', 'a: [1,\n');
    const all = await listed();
    expect(all.result).toBe('usage');
    expect(all.data.releases).toMatchObject([{ id: company.id }]);
    expect(all.data.unreadable).toMatchObject([
      { id: '2027-01-broken', code: 'plan.yaml-syntax', place: { line: expect.any(Number) } },
      { id: '2027-01-torn', code: 'plan.yaml-syntax', place: { file: 'releases/2027-01-torn.yaml' } },
    ]);
    expect(all.blocks.at(-1)).toMatchObject({
      kind: 'next',
      actions: [{ command: 'relctl plan 2027-01-broken --check' }, { command: 'relctl plan 2027-01-torn --check' }],
    });
  });
});

describe('schema', () => {
  it('has one of each name, and refuses another name with the known ones', () => {
    for (const name of SCHEMA_NAMES) expect(schema(name).data.schema).toMatchObject({ type: 'object' });
    expect(() => schema('release')).toThrow(expect.objectContaining({ code: 'usage.bad-flag' }));
  });
});

describe('settings', () => {
  it('say which file and line is wrong', async () => {
    const { workspace } = company.as(OPERATOR);
    const path = join(company.git.root, 'relctl.yaml');
    const text = readFileSync(path, 'utf8');
    try {
      writeFileSync(path, text.replace('      - api\n', '      - apj\n'));
      const error = await refusal(loadConfig(workspace));
      expect(error).toMatchObject({ code: 'config.unknown-service', place: { file: 'relctl.yaml' } });
      expect(text.split('\n')[(error.place?.line ?? 0) - 1]).toContain('api');
    } finally {
      writeFileSync(path, text);
    }
    expect((await refusal(loadPolicy(workspace, 'other@1.0'))).code).toBe('policy.invalid');
  });
});
