import { describe, expect, it } from 'vitest';
import type { NextAct } from '../../../../src/domain/runner/next-act.ts';
import { askerRefusal } from '../../../../src/usecases/runner/asker.ts';

const MACHINE = 'releases@example.com';
const policy = { aliases: { 'olga@old.example.com': 'olga@example.com' }, machines: [MACHINE] };
const people = new Map([
  ['olga-k', 'olga@example.com'],
  ['mallory', 'mallory@example.com'],
  ['ci-bot', MACHINE],
]);
const about = { process: 'deploy', release: 'x' } as const;
const refusal = (
  login: string,
  askedBy: string | undefined,
  act: NextAct = 'full',
  options = {},
  isLeftToMachines = true,
) => askerRefusal({ login, askedBy, people }, policy, about, { act, options, isLeftToMachines })?.sentence;

describe('a run of a workflow that names somebody', () => {
  it.each([
    ['the login is theirs', 'Olga-K', 'olga@example.com', 'full', {}],
    ['the login is theirs, and settles a migration', 'olga-k', 'olga@example.com', 'resume', { ran: ['m'] }],
    ['they have another address', 'olga-k', 'olga@old.example.com', 'abort', {}],
    ['the login is that of a machine', 'ci-bot', MACHINE, 'full', {}],
    ['a schedule goes on', 'github-actions[bot]', MACHINE, 'resume', { reason: 'its process was dead' }],
  ] as const)('is taken where %s', (_, login, askedBy, act, options) => {
    expect(refusal(login, askedBy, act, options)).toBeUndefined();
  });

  it.each([
    ['somebody else started it', 'mallory', 'olga@example.com', 'full', {}],
    ['whoever started it is unknown', 'eve', 'olga@example.com', 'promote', {}],
    ['it names nobody', 'olga-k', undefined, 'full', {}],
    ['it names the machine', 'mallory', MACHINE, 'resume', {}],
    ['a workflow names a person', 'github-actions[bot]', 'olga@example.com', 'resume', {}],
    ['a workflow begins', 'github-actions[bot]', MACHINE, 'full', {}],
    ['a workflow promotes', 'github-actions[bot]', MACHINE, 'promote', {}],
    ['a workflow settles a migration', 'github-actions[bot]', MACHINE, 'resume', { notRun: ['m'] }],
    ['a workflow takes an exception', 'github-actions[bot]', MACHINE, 'resume', { exception: 'urgent' }],
    ['a workflow accepts low traffic', 'github-actions[bot]', MACHINE, 'resume', { acceptLowTraffic: true }],
    ['a workflow takes over', 'github-actions[bot]', MACHINE, 'resume', { takeOver: true }],
  ] as const)('is refused where %s', (_, login, askedBy, act, options) => {
    expect(refusal(login, askedBy, act, options)).toContain(`the login ${login} started this run`);
  });

  it('is refused where a workflow resumes what a person holds, or what the policy leaves to people, and says so', () => {
    const said = refusal('github-actions[bot]', MACHINE, 'resume', {}, false);
    expect(said).toContain('no machine goes on with this release by itself');
    expect(said).toContain('deadRuns');
  });

  it('is taken at its word where no login is written down', () => {
    const asked = { login: 'mallory', askedBy: 'olga@example.com', people: undefined };
    expect(askerRefusal(asked, policy, about, { act: 'full', options: {}, isLeftToMachines: true })).toBeUndefined();
  });
});
