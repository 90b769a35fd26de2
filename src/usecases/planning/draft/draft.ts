import type { RiskScore } from '../../../domain/risk/score.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { EventData } from '../../../plan/events.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { specSchema } from '../../../plan/spec.ts';
import { checkShape } from '../../../plan/yaml.ts';
import { textAnswer } from '../../release/answers.ts';
import type { Context } from '../../release/context.ts';
import { Journal } from '../../release/journal.ts';
import { loadPolicy } from '../../release/settings.ts';
import { subjectOf } from '../../release/subject.ts';
import { openSealing } from '../../signing/open.ts';
import { buildCandidate, type Candidate, type CandidateChoice, chooseCandidate } from '../ask/candidate.ts';
import { checkFeature } from '../ask/feature.ts';
import type { PlanOptions } from '../ask/options.ts';
import { checkMails, ownerAnswers } from '../ask/owners.ts';
import { checkWindow, proposedWindow, windowAnswer } from '../ask/window.ts';
import { riskOf } from '../check/calculated-risk.ts';
import { impactBetween } from '../facts/impact.ts';
import { openManifests } from '../facts/manifests.ts';
import { draftCanary, settleSmall } from './canary.ts';
import { draftDocument, draftSpec } from './draft-document.ts';
import { earlierRelease } from './earlier.ts';
import { draftMigrations } from './migrations.ts';
import { draftResources } from './resources.ts';
import { draftRisk } from './risk.ts';
import { draftServices, imagesOf } from './services.ts';
import { declaredSlosAt } from './slo-sources.ts';
import { draftSlos } from './slos.ts';
import { draftVariables } from './variables.ts';

const withoutRisk = specSchema.omit({ risk: true });

/** A plan that was drafted. */
export interface Draft {
  readonly plan: ReleasePlan;
  readonly policy: Policy;
  readonly candidate: Candidate;
  readonly impact: Impact;
  /** The written risk with the points that it is made of. */
  readonly risk: RiskScore;
}

/**
 * Drafts a new plan: asks what only people know, builds the candidate, reads its impact, writes the document and records
 * its author. Everything is asked before anything is built.
 */
export async function draftPlan(context: Context, id: string, options: PlanOptions): Promise<Draft> {
  const { config, prompter, store, sink } = context;
  const policy = await loadPolicy(context.workspace, config.process);
  // What flags say is read before the first question.
  const images = imagesOf(context, options.images);
  checkMails(options.owners);
  checkWindow(options, config.timeZone);
  const feature = checkFeature(
    await textAnswer(prompter, options.feature, {
      message: 'Name of the feature, as it appears in notifications?',
      flag: '--feature <name>',
    }),
  );
  const choice = await chooseCandidate(context, options);
  const window = await windowAnswer(context, options, config.timeZone, (zone) => proposedWindow(context, zone, policy));
  const owners = await ownerAnswers(context, options.owners, config.team);
  const candidate = await buildCandidate(context, id, feature, choice);
  sink.emit({ type: 'note', level: 'info', text: `reading ${candidate.base}..${candidate.commit.slice(0, 12)}` });
  const [impact, manifests, declared, commits] = await Promise.all([
    impactBetween(context, candidate.baseCommit, candidate.commit),
    openManifests(context, candidate.commit),
    declaredSlosAt(context, candidate.commit),
    context.repository.commits(candidate.baseCommit, candidate.commit),
  ]);
  const services = await draftServices(context, impact, manifests, images, commits);
  const names = services.map(({ service }) => service.name);
  const earlier = await earlierRelease(context, id, names);
  const variables = await draftVariables(impact, manifests, names);
  const canary = await settleSmall(context, policy, services, draftCanary(config, policy, services));
  const parts = {
    metadata: { id, feature, process: config.process },
    policy,
    config,
    window,
    owners,
    candidate,
    impact,
    services,
    canary,
    variables,
    migrations: draftMigrations(impact, names),
    resources: await draftResources(impact, config, manifests, variables),
    slos: await draftSlos(context, declared, names, earlier),
    earlier,
  };
  const drafted = draftSpec(parts);
  const file = `releases/${id}.yaml`;
  const spec = checkShape(
    withoutRisk,
    { value: drafted, place: () => ({ file }), keyPlace: () => ({ file }) },
    'plan.schema',
    file,
    'relctl schema',
  );
  const risk = await riskOf(context, { id, spec }, impact.size);
  const head = draftDocument(parts, { ...drafted, risk: draftRisk(risk) });
  const created = await store.create(id, head);
  const journal = new Journal(context, created, openSealing(context, config.process));
  await journal.recordAll([
    ...exceptionsOf(choice, options).map((data) => ['exception.granted', data] as const),
    ['plan.created', subjectOf(created)],
  ]);
  return { plan: journal.plan, policy, candidate, impact, risk };
}

/** What is recorded when branches were taken although nobody approved them. */
export function exceptionsOf(
  choice: Pick<CandidateChoice, 'branches'>,
  { exception }: Pick<PlanOptions, 'exception'>,
): readonly EventData<'exception.granted'>[] {
  const unapproved = choice.branches.some((offer) => offer.approvedBy.length === 0);
  return exception === undefined || !unapproved
    ? []
    : [{ gate: 'candidate.approved', reason: exception, command: 'plan' }];
}
