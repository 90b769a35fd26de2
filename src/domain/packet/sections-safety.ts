import { command } from '../../text/command-line.ts';
import { formatSpan } from '../../text/figures.ts';
import { plural } from '../../text/plural.ts';
import { withCode } from '../document/model.ts';
import { formatMoment, formatWindow, reviewDate, timeOf, windowSpan } from '../schedule/calendar.ts';
import { describeChangeWindow } from '../schedule/change-windows.ts';
import { clashesWith } from '../schedule/clashes.ts';
import { describeFreeze, freezesOver } from '../schedule/freezes.ts';
import type { PacketFacts } from './facts.ts';
import { items, type PacketBlock, type PacketSection, table, text } from './model.ts';

/** What speaks for and against the change, and what happens when it goes wrong. */
export function safetySections(facts: PacketFacts): readonly PacketSection[] {
  return [
    risk(facts),
    rollback(facts),
    security(facts),
    ...provenance(facts),
    tests(facts),
    schedule(facts),
    monitoring(facts),
    communication(facts),
    failures(facts),
    rehearsal(facts),
    conditions(facts),
  ];
}

function risk({ plan, risk: score }: PacketFacts): PacketSection {
  const { notes, level } = plan.spec.risk;
  return {
    id: 'risk',
    title: 'Risk',
    blocks: [
      text(`In the plan: ${level}${notes === '' ? '' : `. ${notes}`}`),
      text(`Calculated: ${score.level}, ${plural(score.score, 'point')}.`),
      ...table(
        ['points', 'because'],
        score.points.map((one) => [`+${one.points}`, one.reason]),
        'No risk points: a small, reversible change.',
      ),
    ],
  };
}

function rollback({ plan }: PacketFacts): PacketSection {
  const { owner, expectedMinutes, triggers, steps } = plan.spec.rollback;
  return {
    id: 'rollback',
    title: 'Rollback plan',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Owner', owner],
          ['Takes', formatSpan(expectedMinutes * 60_000)],
          ['Command', command`relctl rollback ${plan.id}`],
        ],
      },
      text('Roll back when:'),
      ...items(triggers.map(withCode)),
      text('Manual steps, in order:'),
      ...items(steps.map(withCode), true),
    ],
  };
}

/** Who vouches for the images, as staging found it; nothing where the policy does not ask. */
function provenance({ policy, state }: PacketFacts): readonly PacketSection[] {
  if (policy.provenance === undefined) return [];
  const found = state.stage?.provenance ?? [];
  const asked = policy.provenance.required
    ? 'An image without it is not staged.'
    : 'It is recorded when the candidate is staged.';
  const rows = found.map((one) => [one.service, one.ok ? 'proved' : 'NOT PROVED', one.signature, one.build]);
  return [
    {
      id: 'provenance',
      title: 'Provenance of images',
      blocks: [
        text(`Asked for: a signature, and SLSA provenance of the candidate's commit. ${asked}`),
        ...table(
          ['service', 'found', 'signature', 'build'],
          rows,
          'Not examined yet: the candidate is not in staging.',
        ),
      ],
    },
  ];
}

function security({ plan }: PacketFacts): PacketSection {
  const { review, reviewer, reference, notes } = plan.spec.security;
  const said = { done: 'done', 'not-needed': 'not needed', pending: 'pending' }[review];
  return {
    id: 'security',
    title: 'Security review',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Review', said],
          ...(reviewer === undefined ? [] : [['Reviewer', reviewer] as const]),
          ...(reference === undefined ? [] : [['Reference', reference] as const]),
        ],
      },
      ...(notes === undefined ? [] : [text(notes)]),
    ],
  };
}

function tests({ plan }: PacketFacts): PacketSection {
  const { regression, feature } = plan.spec.testPlan;
  const suites = regression.mandatorySuites.join(', ') || 'all that QA runs';
  return {
    id: 'tests',
    title: 'Test plan',
    blocks: [
      text(`Regression: ${suites}, green in staging before QA can sign off.`),
      ...table(
        ['test', 'feature'],
        feature.map((one) => [one.id, one.title]),
        'No feature tests.',
      ),
    ],
  };
}

function schedule({ plan, policy, others, unread = [], doubtful = [] }: PacketFacts): PacketSection {
  const { window } = plan.spec;
  const asked = {
    span: windowSpan(window),
    services: plan.spec.services.map((one) => one.name),
    zone: window.timeZone,
  };
  const frozen = freezesOver(policy.freezes, asked).map(
    ({ freeze }) => `Freeze "${freeze.name}": ${describeFreeze(freeze)}`,
  );
  const clashes = clashesWith(others, asked, plan.id).map(
    ({ other, services }) => `${other.id} (${other.phase}) changes ${services.join(', ')} too: ${other.window ?? ''}`,
  );
  const unknown = [
    ...unread.map((id) => `${id} cannot be read: whether it overlaps is not known`),
    ...doubtful.map(
      (one) => `Of a release that was submitted for this time nothing proves that it was taken back: ${one}`,
    ),
  ];
  return {
    id: 'schedule',
    title: 'Window, conflicts and freezes',
    blocks: [
      text(`Planned for ${formatWindow(window)}.`),
      ...(policy.changeWindows.length === 0
        ? []
        : [text(`Changes are allowed: ${policy.changeWindows.map(describeChangeWindow).join('; ')}.`)]),
      ...(frozen.length + clashes.length + unknown.length === 0
        ? [text('No freeze and no other release of the same services overlaps with it.')]
        : items([...frozen, ...clashes, ...unknown])),
    ],
  };
}

function monitoring({ plan, policy }: PacketFacts): PacketSection {
  const { slos, alerts, successMetrics, resources } = plan.spec;
  return {
    id: 'monitoring',
    title: 'Monitoring',
    blocks: [
      ...table(
        ['SLO', 'service', 'objective'],
        slos.map((one) => [one.name, one.service, one.objective]),
        'None.',
      ),
      ...table(
        ['new alert', 'severity'],
        alerts.map((one) => [one.name, one.severity]),
        'No new alerts.',
      ),
      ...table(
        ['success metric', 'target', 'owner'],
        successMetrics.map((one) => [
          one.name,
          `${one.direction === 'up' ? 'at least' : 'at most'} ${one.target}`,
          one.owner,
        ]),
        'No success metrics.',
      ),
      ...(resources.length === 0
        ? []
        : [
            text(
              `Operations provides before the deployment: ${[...new Set(resources.map((one) => one.name))].join(', ')}.`,
            ),
          ]),
      text(
        `Hypercare for ${policy.hypercareHours} hours; post-release review on ${reviewDate(plan.spec.window, policy.leadDays.review)}.`,
      ),
    ],
  };
}

function communication({ plan }: PacketFacts): PacketSection {
  const { owners } = plan.spec;
  return {
    id: 'communication',
    title: 'Communication and on-call',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['On call', owners.operations.join(', ')],
          ['QA', owners.qa.join(', ')],
          ['Informed', owners.informed.join(', ') || 'only the channels in relctl.yaml'],
          ['Notified of', 'start and completion of the deployment; any rollback at once'],
        ],
      },
    ],
  };
}

function failures({ failures: earlier, untold, attempts, plan }: PacketFacts): PacketSection {
  const shown = (at: string) => (at === '' ? '' : formatMoment(timeOf(at), plan.spec.window.timeZone));
  return {
    id: 'failures',
    title: 'Earlier failures',
    blocks: [
      ...(attempts.length === 0
        ? []
        : table(
            ['attempt of this release', 'ended', 'because', 'reopened because'],
            attempts
              .slice(-5)
              .map((one) => [String(one.attempt), `${one.how}, ${shown(one.at)}`, one.reason, one.reopened ?? '']),
            '',
          )),
      ...table(
        ['release', 'services', 'rolled back'],
        earlier.slice(0, 5).map((one) => [one.id, one.services.join(', '), shown(one.undone.at(-1) ?? '')]),
        untold.length === 0
          ? 'No earlier release of these services was rolled back within a year.'
          : 'Nobody knows whether an earlier release of these services was rolled back.',
      ),
      ...items(untold.slice(0, 5).map(sentenceOf)),
    ],
  };
}

function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function rehearsal({ rehearsal: held, plan, signing }: PacketFacts): PacketSection {
  // Nobody signs a rehearsal, so where people sign it is the word of whoever wrote the file.
  const claimed = signing?.mode === 'required' ? 'Claimed, and not signed: ' : '';
  const blocks: readonly PacketBlock[] =
    held === undefined
      ? [text(`Not rehearsed. Rehearse it in the sandbox: ${command`relctl rehearse ${plan.id}`}`)]
      : [
          text(
            `${claimed}${held.data.result === 'passed' ? 'Passed' : 'Failed'} on ${formatMoment(timeOf(held.at), plan.spec.window.timeZone)}, by ${held.actor}: ${held.data.document.file}`,
          ),
        ];
  return { id: 'rehearsal', title: 'Rehearsal', blocks };
}

function conditions({ state }: PacketFacts): PacketSection {
  return {
    id: 'conditions',
    title: 'Exceptions and conditions',
    blocks: [
      ...items(state.exceptions.map((one) => `Exception to ${one.data.gate}: ${one.data.reason} (${one.actor})`)),
      ...items(state.conditions.map((one) => `Condition: ${one.text} (${one.owner}, due ${one.due})`)),
      ...(state.exceptions.length + state.conditions.length === 0 ? [text('None so far.')] : []),
    ],
  };
}
