import { describe, expect, it } from 'vitest';
import { GATES } from '../../../../src/domain/gates/gate.ts';
import { moveWindow } from '../../../../src/domain/gates/planning.ts';
import { isInProduction, PHASES, type Phase, REOPENABLE, sayPhase } from '../../../../src/domain/process/phases.ts';
import {
  blockers,
  decide,
  dueCommands,
  nextActions,
  PROCESS,
  type ProcessCommand,
} from '../../../../src/domain/process/process.ts';
import { gateFacts } from '../../../support/gate-facts.ts';
import { PEOPLE } from '../../../support/sample-plan.ts';

/** When each command of the process may be given: written here a second time, from the process and not from the code. */
const DUE: Readonly<Partial<Record<ProcessCommand, readonly Phase[]>>> = {
  'submit-cab': ['draft'],
  'signoff cab': ['submitted'],
  'take back a go': ['approved', 'staged', 'ready'],
  stage: ['approved', 'staged', 'ready'],
  'signoff qa': ['staged', 'ready'],
  'signoff ops': ['staged', 'ready'],
  deploy: ['ready'],
  'deploy --promote': ['canary'],
  'deploy --resume': ['canary', 'rolling-out'],
  'deploy --abort': ['canary', 'rolling-out'],
  rollback: ['canary', 'rolling-out', 'deployed', 'verified', 'hypercare', 'validated', 'frozen'],
  verify: ['deployed'],
  hypercare: ['verified', 'hypercare'],
  'hypercare --exit': ['hypercare'],
  review: ['hypercare', 'validated'],
};

/** Who may give it, by the standard policy. */
const WHO: Readonly<Partial<Record<ProcessCommand, readonly string[]>>> = {
  'submit-cab': [PEOPLE.rdLead],
  stage: [PEOPLE.rdLead, ...PEOPLE.operations],
  'signoff qa': PEOPLE.qa,
  'signoff ops': PEOPLE.operations,
  deploy: PEOPLE.operations,
  'deploy --promote': PEOPLE.operations,
  'deploy --resume': PEOPLE.operations,
  'deploy --abort': PEOPLE.operations,
  rollback: PEOPLE.operations,
  verify: PEOPLE.operations,
  hypercare: [PEOPLE.rdLead, ...PEOPLE.operations],
  'hypercare --exit': [PEOPLE.rdLead, ...PEOPLE.operations],
  review: [PEOPLE.productManager, PEOPLE.rdLead],
};

const commands = Object.keys(PROCESS) as ProcessCommand[];
const everyPair = commands.flatMap((command) => PHASES.map((phase) => [command, phase] as const));
const gatesOf = (command: ProcessCommand, phase: Phase, actor?: string) =>
  decide(command, gateFacts(phase, { actor })).map((refusal) => refusal.gate);

describe('the order of the process', () => {
  it.each(Object.entries(DUE) as [ProcessCommand, readonly Phase[]][])(
    '%s is due in %j and in no other phase',
    (command, due) => {
      for (const phase of PHASES)
        expect([phase, gatesOf(command, phase).includes('phase.order')]).toEqual([phase, !due.includes(phase)]);
    },
  );

  it('tells of every command that is out of turn which one is due, who may give it, and nothing else', () => {
    const wrong: string[] = [];
    for (const [command, phase] of everyPair.filter(
      ([one, two]) => !(PROCESS[one].phases as readonly Phase[]).includes(two),
    )) {
      const refusals = decide(command, gateFacts(phase));
      const [refusal] = refusals;
      const complete =
        refusals.length === 1 &&
        refusal?.gate === 'phase.order' &&
        refusal.sentence.includes(sayPhase(phase)) &&
        refusal.who.length > 0 &&
        refusal.command.startsWith('relctl ') &&
        refusal.command.includes('2026-12-wallet-checkout') &&
        !refusal.exceptionable;
      if (!complete) wrong.push(`${command} in ${phase}: ${JSON.stringify(refusals)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['hypercare', 'the release is in hypercare, and'],
    ['canary', 'the release has a canary in production, and'],
    ['rolling-out', 'the release is being rolled out, and'],
    ['no-go', 'the release got a No-Go; to go on, its plan is made a draft again'],
    ['closed', 'the release is closed: nothing is left to do'],
  ] as const)('says %s as people say it', (phase, said) => {
    expect(decide('stage', gateFacts(phase))[0]?.sentence).toContain(said);
  });

  it('offers a way out of each end that a new candidate can leave, and of no other', () => {
    for (const phase of PHASES) {
      const [refusal] = decide('submit-cab', gateFacts(phase));
      expect([phase, refusal?.command.includes('--reopen') === true]).toEqual([phase, REOPENABLE.includes(phase)]);
    }
  });
});

describe('the roles of the process', () => {
  const everyone = [
    PEOPLE.productManager,
    PEOPLE.rdLead,
    ...PEOPLE.operations,
    ...PEOPLE.qa,
    ...PEOPLE.cab,
    'mallory@example.com',
  ];

  it.each(Object.entries(WHO) as [ProcessCommand, readonly string[]][])('%s is for %j', (command, allowed) => {
    const [phase = 'draft'] = DUE[command] ?? [];
    for (const person of everyone) {
      const refused = gatesOf(command, phase, person).includes('role.allowed');
      expect([person, refused]).toEqual([person, !allowed.includes(person)]);
    }
  });

  it('do not depend on how an address is written', () => {
    expect(gatesOf('deploy', 'ready', PEOPLE.operations[0].toUpperCase())).not.toContain('role.allowed');
  });

  it('let only the board vote, and nobody on what they wrote', () => {
    const vote = (actor: string) =>
      decide('signoff cab', gateFacts('submitted', { actor }, { authors: [PEOPLE.cab[0]] })).map(
        (refusal) => refusal.gate,
      );
    expect(vote('mallory@example.com')).toContain('cab.member');
    expect(vote(PEOPLE.cab[0])).toContain('cab.not-author');
    expect(vote(PEOPLE.cab[1])).toEqual([]);
  });
});

describe('what comes next', () => {
  it('is a command that is due, with people who may give it, in every phase that is not an end', () => {
    for (const phase of PHASES) {
      const facts = gateFacts(phase);
      const due = dueCommands(facts);
      expect([phase, due.length > 0]).toEqual([phase, !['closed', ...REOPENABLE].includes(phase)]);
      for (const command of due) expect(PROCESS[command].phases).toContain(phase);
      expect([phase, nextActions(facts).length]).not.toEqual([phase, 0]);
      for (const action of nextActions(facts)) {
        expect(action.who).not.toBe('nobody');
        expect(action.command).toMatch(/^relctl /);
      }
    }
  });

  it('is the report where nothing is left to do, also for who gives a command there', () => {
    const facts = gateFacts('closed');
    const report = `relctl report ${facts.plan.id}`;
    expect(nextActions(facts)).toMatchObject([{ who: 'anybody', command: report }]);
    expect(decide('review', facts)).toMatchObject([{ command: report }]);
  });

  it('puts what a gate asks for before the command that it refuses', () => {
    const gap = { code: 'plan.unwritten', severity: 'error', path: ['spec'], problem: 'a gap', fix: 'write' } as const;
    const facts = { ...gateFacts('draft'), findings: () => [gap] };
    const { id } = facts.plan;
    expect(nextActions(facts).map((action) => action.command)).toEqual([
      `relctl plan ${id} --check`,
      `relctl submit-cab ${id}`,
    ]);
    for (const phase of PHASES) {
      const actions = nextActions(gateFacts(phase));
      expect(new Set(actions.map((action) => action.command)).size).toBe(actions.length);
    }
  });

  it('says of each of several commands what sets it apart', () => {
    for (const phase of PHASES) {
      const actions = nextActions(gateFacts(phase));
      if (actions.length < 2 || phase === 'staged') continue;
      for (const { command, why } of actions.filter((one) => !one.command.includes(' verify '))) {
        expect([phase, command, why]).toEqual([phase, command, expect.stringMatching(/./)]);
      }
    }
    const [, back] = nextActions(gateFacts('deployed'));
    expect(back).toMatchObject({ why: 'only if something is wrong: puts production back' });
    expect(nextActions(gateFacts('frozen'))).toHaveLength(1);
  });

  it('names the success metrics in the first week', () => {
    const named = (phase: Phase, now?: number) =>
      nextActions(gateFacts(phase, now === undefined ? {} : { now })).some((one) =>
        one.command.startsWith('relctl success '),
      );
    const later = Date.parse('2027-06-01T00:00:00Z');
    for (const phase of ['hypercare', 'validated'] as const)
      expect([named(phase), named(phase, later)]).toEqual([true, false]);
    expect(named('deployed')).toBe(false);
  });

  it('names an open condition beside the step that is due, until production runs all of it', () => {
    const condition = { text: 'load test', owner: PEOPLE.rdLead, due: '2026-12-02', by: PEOPLE.cab[0], closed: false };
    const named = (phase: Phase, closed = false) =>
      nextActions(gateFacts(phase, {}, { conditions: [{ ...condition, closed }] })).filter(({ command }) =>
        command.startsWith('relctl signoff condition '),
      );
    for (const phase of ['approved', 'staged', 'ready', 'canary', 'rolling-out'] as const) {
      expect([phase, named(phase)]).toMatchObject([phase, [{ who: PEOPLE.rdLead }]]);
      expect(named(phase, true)).toEqual([]);
    }
    const commands = nextActions(gateFacts('approved', {}, { conditions: [condition] })).map(({ command }) => command);
    expect(commands.at(-1)).toMatch(/^relctl signoff condition /);
    expect(commands.at(-2)).toMatch(/^relctl stage /);
    expect(named('deployed')).toEqual([]);
  });

  it('begins anew with a draft where a release ended', () => {
    for (const phase of REOPENABLE) {
      const facts = gateFacts(phase);
      expect(nextActions(facts)).toMatchObject([{ command: `relctl plan ${facts.plan.id} --reopen "<reason>"` }]);
    }
  });

  it('names a change of the plan only where the plan takes it', () => {
    for (const phase of PHASES) {
      const facts = gateFacts(phase);
      const { command, afterwards } = moveWindow(facts);
      const move = `relctl plan ${facts.plan.id} --window "<start>/<end>"`;
      if (phase === 'draft') expect([command, afterwards]).toEqual([move, undefined]);
      else expect(command).toMatch(isInProduction(phase) ? / --abort$/ : / --reopen "<reason>"$/);
    }
  });

  it('names as blockers what refuses the main command, whoever gives it', () => {
    for (const phase of PHASES) {
      const facts = gateFacts(phase, { actor: 'mallory@example.com' });
      const [main] = dueCommands(facts);
      const expected = main === undefined ? [] : decide(main, { ...facts, actor: undefined });
      expect(blockers(facts)).toEqual(expected);
      expect(blockers(facts).map((refusal) => refusal.gate)).not.toContain('role.allowed');
    }
  });
});

describe('exceptions', () => {
  /** Rules about time. The last is none: an unapproved branch may be picked with a reason, and then goes before the board. */
  const POSSIBLE = [
    'time.cab-lead',
    'time.staging-lead',
    'time.window-ahead',
    'time.window-open',
    'time.no-freeze',
    'time.change-window',
    'time.no-clash',
    'hypercare.elapsed',
    'incidents.quiet',
    'time.review',
    'candidate.approved',
  ];

  it('are possible for these gates and for no others', () => {
    const possible = Object.entries(GATES)
      .filter(([, gate]) => gate.exceptionable)
      .map(([name]) => name);
    expect(possible.sort()).toEqual([...POSSIBLE].sort());
  });
});
