import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { foldState } from '../../src/domain/history/fold.ts';
import { summarise } from '../../src/domain/history/release-summary.ts';
import type { PacketFacts } from '../../src/domain/packet/facts.ts';
import { scoreRisk } from '../../src/domain/risk/score.ts';
import { policySchema } from '../../src/plan/policy.ts';
import { chainOf, newEvent, PEOPLE, SAMPLE_ID, samplePlan, type WrittenPlan } from './sample-plan.ts';

const TEMPLATE = fileURLToPath(new URL('../../templates/process/standard-3.0.yaml', import.meta.url));
const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };

/** Everything that a packet of the sample plan is made from; `rich` has a reason for every warning that a packet knows. */
export function samplePacketFacts(
  rich = false,
  change: (document: WrittenPlan) => void = () => undefined,
): PacketFacts {
  const plan = samplePlan({
    change: (document) => {
      if (rich) makeRich(document);
      change(document);
    },
  });
  const policy = policySchema.parse({
    ...(parse(readFileSync(TEMPLATE, 'utf8')) as object),
    ...(rich ? { freezes: [{ name: 'Early December', from: '2026-12-01', to: '2026-12-04' }] } : {}),
  });
  const events = chainOf(SAMPLE_ID, [
    newEvent('plan.created', subject),
    ...(rich
      ? [
          newEvent('exception.granted', {
            gate: 'time.no-freeze',
            reason: 'The shops asked for it',
            command: 'submit-cab',
          }),
        ]
      : []),
  ]);
  const other = summarise({
    id: '2026-10-wallet-beta',
    metadata: { feature: 'Wallet beta', process: 'standard@3.0' },
    window: { ...plan.spec.window, start: '2026-12-03T16:00', end: '2026-12-03T20:00' },
    services: ['api'],
    events: [],
  });
  if ('problem' in other) throw new Error(other.problem);
  const size = { files: 42, insertions: 1800, deletions: 640 };
  return {
    plan,
    state: foldState(events),
    policy,
    now: Date.parse('2026-11-20T15:00:00Z'),
    actor: undefined,
    others: rich
      ? [{ id: other.id, phase: 'approved', services: other.services, span: other.span, window: other.windowText }]
      : [],
    findings: () => [],
    shares: new Map([['api', { asked: 0.01, made: 0.01, pods: 99, canaryPods: 1 }]]),
    requester: PEOPLE.rdLead,
    round: 1,
    risk: scoreRisk({
      spec: plan.spec,
      size,
      history: [{ service: 'api', releases: 6, undone: rich ? 2 : 0 }],
      anyHistory: true,
    }),
    evidence: new Map([
      ['WALLET_URL', 'services/api/config.js:12'],
      ['WALLET_KEY', 'services/api/config.js:13'],
      ['add-wallet-table', 'services/api/migrations/20261101_wallet.js:1'],
    ]),
    suggested: new Set(),
    untold: [],
    failures: rich ? [{ ...other, undone: ['2026-10-08T16:20:00.000Z'] }] : [],
    attempts: [],
    rehearsal: undefined,
    signing: { mode: 'unsigned', refused: [], contributors: undefined },
  };
}

function makeRich({ spec }: WrittenPlan): void {
  spec.risk = { level: 'low', notes: 'Behind a flag' };
  spec.migrations = [
    ...(spec.migrations ?? []),
    {
      id: 'drop-old-carts',
      service: 'api',
      when: 'after-rollout',
      up: ['node', 'migrate.js', 'drop'],
      reversible: false,
      pointOfNoReturn: true,
    },
  ];
  spec.security = { review: 'not-needed', notes: 'No new input' };
  spec.candidate.branches = [...(spec.candidate.branches ?? []), { name: 'feature/quick-fix', head: 'f'.repeat(40) }];
  spec.impact.findings = ['Dependency wallet-sdk (npm) is added 3.1.0 (services/api/package.json:14)'];
}
