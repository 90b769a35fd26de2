import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENTRIES } from '../../src/program/entries.ts';
import { type Company, openCompany } from '../support/company.ts';
import { tell } from '../support/hostile/told.ts';

/** A release that is not named, not there or no release: every command says it with the same code. */

let company: Company;
beforeAll(async () => {
  company = await openCompany({ onDisk: true });
});
afterAll(() => company.close());

const COMMANDS = ENTRIES.filter(({ args = [] }) => /^[<[]id[\]>]$/.test(args[0]?.[0] ?? '')).map(({ path }) => path);
/** What makes a command one that asks for a release. */
const FLAGS: Readonly<Record<string, readonly string[]>> = { runner: ['--carry'] };

async function errorOf(path: string, ...rest: readonly string[]) {
  const { stdout } = await tell(company.git.root, [...path.split(' '), ...rest, ...(FLAGS[path] ?? []), '--json']);
  return (JSON.parse(stdout) as { error: { code: string; hints: string[] } }).error;
}

async function codeOf(path: string, ...id: readonly string[]): Promise<string> {
  return (await errorOf(path, ...id)).code;
}

describe('each command that takes a release', () => {
  test('is known here', () => {
    expect(COMMANDS.length).toBeGreaterThan(20);
    expect(COMMANDS).toEqual(expect.arrayContaining(['audit', 'status', 'report', 'deploy', 'signoff qa']));
  });

  test('asks for the id that is missing', async () => {
    const codes = await Promise.all(COMMANDS.map(async (path) => [path, await codeOf(path)]));
    expect(codes.filter(([, code]) => code !== 'usage.missing-answer')).toEqual([]);
  });

  // What `plan` drafts has an id of its own.
  test.each(COMMANDS.filter((path) => path !== 'plan'))(
    '%s is given with the only release that there is',
    async (path) => {
      const [next] = (await errorOf(path)).hints;
      expect(next).toBe(['relctl', path, company.id, ...(FLAGS[path] ?? [])].join(' '));
    },
  );

  test('keeps the flags that were typed, and says nothing of one release among several', async () => {
    const [next] = (await errorOf('report', '--format', 'markdown')).hints;
    expect(next).toBe(`relctl report ${company.id} --format markdown`);
    const file = (id: string) => join(company.git.root, 'releases', `${id}.yaml`);
    copyFileSync(file(company.id), file('2027-01-another'));
    try {
      expect((await errorOf('status')).hints[0]).toBe('relctl list');
    } finally {
      rmSync(file('2027-01-another'));
    }
  });

  // A draft is made by `plan`, and a pod is handed what it carries on.
  const others = COMMANDS.filter((path) => path !== 'plan' && path !== 'runner');

  test.each([
    ['is no id', '../etc/passwd', 'plan.bad-id'],
    ['is not there', '2026-12-walet', 'plan.not-found'],
  ])('says that one %s', async (_, id, expected) => {
    const codes: (readonly [string, string])[] = [];
    for (const path of others) codes.push([path, await codeOf(path, id)]);
    expect(codes.filter(([, code]) => code !== expected)).toEqual([]);
  });
});
