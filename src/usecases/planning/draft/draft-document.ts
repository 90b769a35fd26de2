import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import type { Window } from '../../../domain/schedule/calendar.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import { draftRollback } from '../../../evidence/rollback-draft.ts';
import { type Comment, writeCommentedYaml } from '../../../plan/commented-yaml.ts';
import type { Config } from '../../../plan/config.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Metadata, Spec } from '../../../plan/spec.ts';
import { API_VERSION } from '../../../plan/versions.ts';
import { cleanLine } from '../../../text/clean.ts';
import { command } from '../../../text/command-line.ts';
import { findingSentences } from '../answer/finding-sentences.ts';
import { placeOf, placesOf } from '../answer/places.ts';
import type { Candidate } from '../ask/candidate.ts';
import { canaryComment, type DraftedCanary } from './canary.ts';
import type { DraftedMigration } from './migrations.ts';
import type { DraftedResource } from './resources.ts';
import { securityNotes } from './risk.ts';
import type { DraftedService } from './services.ts';
import type { DraftedSlo } from './slos.ts';
import { draftSmokeTests } from './smoke-tests.ts';
import type { DraftedVariable } from './variables.ts';
import type { Written, WrittenSpec } from './written.ts';

/** Everything that was read for a draft, and everything that people answered. */
export interface DraftParts {
  readonly metadata: Metadata;
  readonly policy: Policy;
  readonly config: Config;
  readonly window: Window;
  readonly owners: Spec['owners'];
  readonly candidate: Candidate;
  readonly impact: Impact;
  readonly services: readonly DraftedService[];
  readonly canary: DraftedCanary;
  readonly variables: readonly DraftedVariable[];
  readonly migrations: readonly DraftedMigration[];
  readonly resources: readonly DraftedResource[];
  readonly slos: readonly DraftedSlo[];
  /** The latest other release of these services; what was settled there is proposed again. */
  readonly earlier: ReleasePlan | undefined;
}

/** The text above `status` of a new plan: what was found stands in it with its evidence, what a person has to write is marked. */
export function draftDocument(parts: DraftParts, spec: WrittenSpec): string {
  return writeCommentedYaml(
    { apiVersion: API_VERSION, kind: 'ReleasePlan', metadata: parts.metadata, spec },
    { heading: heading(parts.metadata.id), comments: commentsOf(parts), spaced: 'spec' },
  );
}

function heading(id: string): string {
  return [
    `Release Plan Document of ${id}. Everything above \`status\` is written by people and approved by the CAB.`,
    `Where it says ${TO_BE_WRITTEN}, somebody has to write something; ${command`relctl plan ${id} --check`} lists what is left.`,
    `${command`relctl plan ${id}`} adds what is new in the candidate, and never changes what is written here. No secrets in this file.`,
  ].join('\n');
}

/** `spec` of a new plan but for its risk, which is scored from the rest. */
export function draftSpec(parts: DraftParts): Omit<WrittenSpec, 'risk'> {
  const { metadata, owners, impact, candidate, services, migrations, slos } = parts;
  const notes = securityNotes(impact);
  return {
    window: parts.window,
    owners,
    candidate: {
      base: candidate.base,
      commit: candidate.commit,
      branches: candidate.branches.map(branchEntry),
    },
    services: services.map(({ service }) => {
      const canary = parts.canary.own.get(service.name);
      return canary === undefined ? service : { ...service, canary };
    }),
    environmentVariables: parts.variables.map(({ variable }) => variable),
    migrations: migrations.map(({ migration }) => migration),
    rollback: rollbackEntry(parts),
    resources: parts.resources.map(({ resource }) => resource),
    alerts: newAlerts(
      impact,
      services.map(({ service }) => service.name),
    ),
    slos: slos.map(({ slo }) => slo),
    canary: parts.canary.canary,
    testPlan: {
      regression: { mandatorySuites: [...(parts.earlier?.spec.testPlan.regression.mandatorySuites ?? [])] },
      feature: [{ id: 'FEATURE-1', title: `${TO_BE_WRITTEN}: what is tested in staging, one entry for each test` }],
    },
    smokeTests: [...draftSmokeTests(parts.config, metadata.feature, parts.earlier)],
    successMetrics: [draftMetric(owners.productManager)],
    impact: {
      summary: `${TO_BE_WRITTEN}: what changes for whom, in words for a board member who does not know the code`,
      users: `${TO_BE_WRITTEN}: who notices it, or that nobody does`,
      findings: [...findingSentences(impact)],
    },
    security: { review: 'pending', ...(notes === undefined ? {} : { notes }) },
  };
}

/** How the release is undone, each step with its evidence; a person corrects it. */
function rollbackEntry({ metadata, owners, impact, migrations, slos }: DraftParts): Spec['rollback'] {
  const shipped = { migrations, slos: slos.map(({ slo }) => slo) };
  const { triggers, steps, expectedMinutes } = draftRollback(metadata.id, impact, shipped);
  return {
    owner: owners.operations[0] ?? owners.rdLead,
    triggers: [...triggers],
    steps: steps.map(({ text, seen }) => (seen === undefined ? text : `${text} (${placeOf(seen)})`)),
    expectedMinutes,
  };
}

/** A branch as it stands in a plan. */
export function branchEntry(offer: Candidate['branches'][number]): Spec['candidate']['branches'][number] {
  return {
    name: offer.branch.name,
    head: offer.branch.head,
    approvedBy: offer.approvedBy.map(cleanLine),
    ...(offer.request === undefined ? {} : { request: offer.request }),
  };
}

/** New alerts of the difference; each must have fired in staging before Operations signs off. */
export function newAlerts(impact: Impact, services: readonly string[]): Spec['alerts'] {
  return impact.monitoring
    .filter((one) => one.kind === 'alert' && one.change === 'added')
    .map((one) => {
      const service = one.services.find((name) => services.includes(name));
      return {
        name: one.name,
        severity: one.severity ?? 'warning',
        ...(service === undefined ? {} : { service }),
      };
    });
}

function draftMetric(owner: string): Written<'successMetrics'> {
  return {
    name: `${TO_BE_WRITTEN}: name of the key result`,
    query: `${TO_BE_WRITTEN}: PromQL that gives one number; without the line the value is given by hand at the review`,
    direction: 'up',
    baseline: 0,
    target: 1,
    owner,
  };
}

function commentsOf(parts: DraftParts): readonly Comment[] {
  const { policy, candidate, impact } = parts;
  const at = (path: Comment['path'], text: string): Comment => ({ path: ['spec', ...path], text });
  const alerts = impact.monitoring.filter((one) => one.kind === 'alert' && one.change === 'added');
  const ref = candidate.ref === undefined ? '' : `; the branch ${candidate.ref} points to it`;
  return [
    at(['window'], 'T-0, the change window: wall-clock times in this zone'),
    at(['owners'], 'Who does what; from the team of relctl.yaml'),
    at(['candidate'], `What ships: exactly this commit${ref}`),
    at(['services'], 'Affected services, from the difference between base and candidate'),
    ...parts.services.map(({ seen, note }, index) =>
      at(['services', index], seen === undefined ? note : `${placeOf(seen)}: ${note}`),
    ),
    at(['environmentVariables'], 'New environment variables; names only, never a value'),
    ...parts.variables.map(({ seen, note }, index) =>
      at(['environmentVariables', index], `${placesOf(seen)}: ${note}`),
    ),
    at(['migrations'], 'Database migrations, run as Jobs; before the canary, or after the rollout'),
    ...parts.migrations.map(({ seen, notes }, index) =>
      at(['migrations', index], [placeOf(seen), ...notes].join('\n')),
    ),
    at(['rollback'], 'A proposal, made of what the release brings: check it'),
    at(['resources'], 'What Operations provisions before; looked at for the sign-off of Operations'),
    ...parts.resources.map(({ seen, note }, index) => at(['resources', index], `${placesOf(seen, 1)}: ${note}`)),
    at(['alerts'], 'New alerts; each must have fired in staging'),
    ...alerts.map(({ seen }, index) => at(['alerts', index], placeOf(seen))),
    at(['slos'], 'What the canary is judged by: good events over all events, both counters'),
    ...parts.slos.map(({ note }, index) => at(['slos', index], note)),
    at(['canary'], canaryComment(parts.services)),
    at(
      ['testPlan'],
      `What QA runs in staging; mandatory suites are names as they stand in the JUnit reports${takenFrom(parts)}`,
    ),
    at(['smokeTests'], `What Operations looks at right after the rollout: http, command, or manual${takenFrom(parts)}`),
    at(['successMetrics'], 'The key results of the feature, frozen before the CAB; remove what it does not have'),
    at(['impact'], 'For the CAB'),
    at(['security'], 'done with reviewer and reference, or not-needed with notes; pending is refused'),
    at(['risk'], 'low, medium or high'),
    at(
      ['canary', 'share'],
      `share of production that the candidate gets first; at most ${policy.canary.maxShare} is allowed`,
    ),
  ];
}

function takenFrom({ earlier }: DraftParts): string {
  return earlier === undefined ? '' : `; partly copied from ${earlier.id}`;
}
