import { sayDuration } from '../../plan/duration.ts';
import type { Migration, Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import { sayShare } from '../deployment/share.ts';
import { canariedSlos, canaryOf, knownStrategyFor } from '../deployment/strategies/strategies.ts';
import { sayPlannedBake } from '../judge/asked-settings.ts';
import type { PacketFacts } from './facts.ts';
import { items, type PacketSection, table, text } from './model.ts';
import { ownPrograms } from './own-programs.ts';

/** What is changed, and how it gets to production. */
export function changeSections(facts: PacketFacts): readonly PacketSection[] {
  return [
    request(facts),
    impact(facts),
    services(facts),
    variables(facts),
    migrations(facts),
    ownPrograms(facts),
    implementation(facts),
  ];
}

function request({ plan, requester, round }: PacketFacts): PacketSection {
  const { metadata, spec } = plan;
  return {
    id: 'request',
    title: 'Request',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Number', metadata.id],
          ['Requester', requester],
          [
            'Type',
            `${spec.migrations.length > 0 ? 'Feature with migrations' : 'Feature'}, process ${metadata.process}`,
          ],
          ['Round', String(round)],
          ['Product Manager', spec.owners.productManager],
          ['R&D Lead', spec.owners.rdLead],
          ['Candidate', `${spec.candidate.commit} on ${spec.candidate.base}`],
        ],
      },
      ...table(
        ['branch', 'commit', 'approved by, as the plan says', 'request'],
        spec.candidate.branches.map((one) => [
          one.name,
          one.head.slice(0, 12),
          one.approvedBy.join(', ') || 'nobody',
          one.request ?? '',
        ]),
        'The plan names no branches.',
      ),
    ],
  };
}

function impact({ plan }: PacketFacts): PacketSection {
  const { summary, users, findings } = plan.spec.impact;
  return {
    id: 'impact',
    title: 'Impact',
    blocks: [text(summary), ...(users === undefined ? [] : [text(`Users: ${users}`)]), ...items(findings)],
  };
}

function services({ plan }: PacketFacts): PacketSection {
  return {
    id: 'services',
    title: 'Services',
    blocks: table(
      ['service', 'change', 'image'],
      plan.spec.services.map((one) => [one.name, one.change, one.image]),
      'No service changes.',
    ),
  };
}

function variables({ plan, evidence }: PacketFacts): PacketSection {
  return {
    id: 'variables',
    title: 'Environment variables',
    blocks: table(
      ['variable', 'services', 'from', 'set in', 'seen in'],
      plan.spec.environmentVariables.map((one) => [
        one.secret ? `${one.name} (secret)` : one.name,
        one.services.join(', '),
        one.source ?? 'not said',
        one.setIn.join(', ') || 'not said',
        evidence.get(one.name) ?? 'added by hand',
      ]),
      'No new variables.',
    ),
  };
}

function migrations({ plan, evidence, suggested }: PacketFacts): PacketSection {
  return {
    id: 'migrations',
    title: 'Database migrations',
    blocks: table(
      ['migration', 'service', 'when', 'undone by', 'seen in'],
      plan.spec.migrations.map((one) => [
        one.id,
        one.service,
        one.when === 'before-canary' ? 'before the canary' : 'after the rollout',
        undoing(one, suggested.has(one.id)),
        evidence.get(one.id) ?? 'added by hand',
      ]),
      'None.',
    ),
  };
}

function undoing({ pointOfNoReturn, reversible, down = [] }: Migration, isSuggested: boolean): string {
  if (pointOfNoReturn) return 'nothing: point of no return';
  if (!reversible) return 'nothing';
  const line = command`${down}`;
  return isSuggested ? `${line} (suggested by relctl: the usual command of the tool)` : line;
}

function implementation({ plan, policy, shares }: PacketFacts): PacketSection {
  const { spec } = plan;
  const { canary } = spec;
  const judged = canariedSlos(spec);
  const run = (when: string): string[] =>
    spec.migrations
      .filter((one) => one.when === when)
      .map((one) => `relctl runs the migration ${one.id} of ${one.service}.`);
  return {
    id: 'implementation',
    title: 'Implementation plan',
    blocks: items(
      [
        'Operations announces the start.',
        ...run('before-canary'),
        `relctl starts a canary (${canary.strategy}) with ${canary.share} of production${madeOf(shares)}, watches it for ${sayPlannedBake(canary, policy)}, and judges it on ${judged.map((slo) => slo.name).join(', ')}.`,
        ...otherCanaries(spec, shares),
        `relctl promotes the canary only if there are enough data to show a regression of ×${canary.detectableRatio} (with a probability of ${policy.canary.power}), and they show none. If the data are not enough, the canary is watched for ${sayDuration(canary.extension)} more and then rolled back.`,
        `relctl rolls out ${spec.services.map((one) => one.name).join(', ')} in full.`,
        ...run('after-rollout'),
        `Operations runs the smoke tests: ${spec.smokeTests.map((one) => one.name).join(', ')}.`,
        'Operations announces the completion.',
      ],
      true,
    ),
  };
}

/** Where pods make another share of it, what it then is, by service. */
function madeOf(shares: PacketFacts['shares']): string {
  const others = [...shares].filter(([, share]) => sayShare(share) !== sayShare({ made: share.made }));
  return others.length === 0 ? '' : ` (${others.map(([name, share]) => `${name}: ${sayShare(share)}`).join(', ')})`;
}

/** Services whose canary is another than that of the release, and those without one, with the reason. */
function otherCanaries(spec: Spec, shares: PacketFacts['shares']): readonly string[] {
  return spec.services.flatMap(({ name, canary: own }) => {
    if (own === undefined) return [];
    const { strategy, share, stablePods, reason } = canaryOf(spec, name);
    if (knownStrategyFor(spec, name)?.canary === 'none') {
      return [`${name} has no canary and is rolled out last: ${reason ?? 'the plan does not say why'}.`];
    }
    const more = stablePods === undefined ? '' : `, beside ${stablePods} stable pods meanwhile`;
    return [
      `The canary of ${name} is another: ${strategy}, with ${sayShare(shares.get(name) ?? { asked: share })} of production${more}.`,
    ];
  });
}
