import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTRIES } from '../../../src/program/entries.ts';
import { GLOBALS } from '../../../src/program/program.ts';
import { type Company, openCompany } from '../../support/company.ts';
import { type Station, walkTo } from '../../support/company-walk.ts';
import { Outputs } from '../../support/hostile/outputs.ts';
import { hostileLine, hostileText } from '../../support/hostile/payload.ts';
import { SAMPLE_ID } from '../../support/sample-plan.ts';
import { copyState } from '../../support/state.ts';

/** Where a release stands when the flags are given: at its end most commands go on, so that one is always tried. */
const STATIONS =
  process.env.RELCTL_CI === 'full' ? (['draft', 'submitted', 'hypercare'] as const) : (['hypercare'] as const);
/** Refused before anything was done. */
const REFUSED = [2, 4];

describe('every flag and every argument', () => {
  const companies = new Map<Station, Company>();
  beforeAll(async () => {
    for (const station of new Set<Station>(['draft', ...STATIONS])) {
      const company = await openCompany({ onDisk: true });
      companies.set(station, company);
      if (station !== 'draft') await walkTo(company, station);
    }
  });
  afterAll(() => {
    for (const company of companies.values()) company.close();
  });

  /** Gives each command in a repository as it was at a station, and returns what a text has made of itself. */
  async function tried(station: Station, commands: readonly (readonly string[])[]): Promise<readonly string[]> {
    const { root } = companies.get(station)?.git ?? { root: '' };
    const faults: string[] = [];
    let outputs: Outputs | undefined;
    const end = () => {
      outputs?.paste();
      faults.push(...(outputs?.faults ?? []));
      if (outputs !== undefined) rmSync(outputs.root, { recursive: true, force: true });
      outputs = undefined;
    };
    for (const argv of commands) {
      if (outputs === undefined) {
        const copy = mkdtempSync(join(realpathSync(tmpdir()), 'relctl-hostile-'));
        cpSync(root, copy, { recursive: true });
        await copyState(root, copy);
        outputs = new Outputs(copy);
      }
      if (!REFUSED.includes((await outputs.say(argv)).exitCode)) end();
    }
    end();
    return faults;
  }

  const named = (args: readonly (readonly [string, string])[] = []) =>
    args.map(([name]) => (name.includes('id') ? SAMPLE_ID : 'plan'));
  const flags = ENTRIES.flatMap(({ path, args, options = [] }) =>
    options
      .filter(([flag]) => /[<[]/.test(flag))
      .map(([flag]) => [...path.split(' '), ...named(args), /--[a-z-]+/.exec(flag)?.[0] ?? '']),
  );

  it.each(STATIONS)('with a value is text, when a release is %s', async (station) => {
    expect(flags.length).toBeGreaterThan(60);
    expect(
      await tried(
        station,
        flags.map((argv) => [...argv, hostileText('flag')]),
      ),
    ).toEqual([]);
  });

  it('of every command, and what no command knows, is text', async () => {
    const hostile = hostileText('word');
    const everywhere = GLOBALS.filter(({ flags: written }) => written.includes('<'));
    const commands = [
      ...ENTRIES.map(({ path, args = [] }) => [...path.split(' '), ...args.map(() => hostileLine('argument'))]),
      ...everywhere.map(({ long }) => ['status', SAMPLE_ID, long ?? '', hostile]),
      [hostile],
      ['status', SAMPLE_ID, `--${hostile}`],
      ['status', SAMPLE_ID, hostile],
      ['signoff', hostile],
    ];
    expect(await tried('draft', commands)).toEqual([]);
  });
});
