import { plannedShare } from '../../domain/deployment/planned-share.ts';
import { isSummary } from '../../domain/history/release-summary.ts';
import type { PacketFacts } from '../../domain/packet/facts.ts';
import { failedAttempts } from '../../domain/packet/failed-attempts.ts';
import type { Packet } from '../../domain/packet/model.ts';
import { buildPacket } from '../../domain/packet/packet.ts';
import { peopleOf } from '../../domain/people/people.ts';
import { HISTORY_DAYS } from '../../domain/risk/facts.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { EventOf } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Migration } from '../../plan/spec.ts';
import { placeOf, placesOf } from '../planning/answer/places.ts';
import type { ObservedRelease } from '../planning/check/observe.ts';
import { draftMigrations } from '../planning/draft/migrations.ts';
import { impactBetween } from '../planning/facts/impact.ts';
import { openManifests } from '../planning/facts/manifests.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { untoldReleases } from './untold.ts';

/**
 * Gathers what the board reads about a release, from the plan, its difference and the other releases. Who asks, and when, is as it was
 * submitted: a member who reads it is not its requester, and what was in time then is not late because it is read later.
 */
export async function cabPacket(context: Context, release: ObservedRelease, round: number): Promise<Packet> {
  const { plan, state, counted } = release.journal;
  const submitted = state.phase === 'draft' ? undefined : counted.findLast((event) => event.type === 'cab.submitted');
  const known = release.facts();
  const facts: PacketFacts = {
    ...known,
    ...(await release.schedule()),
    untold: release.signing.trust === undefined ? [] : await untoldReleases(context, plan),
    now: submitted === undefined ? context.clock.now() : timeOf(submitted.at),
    requester: submitted?.actor ?? requesterOf(release, context.actor),
    round,
    risk: release.risk,
    ...(await evidenceFor(context, release)),
    shares: await sharesOf(context, plan),
    failures: await failuresOf(context, release),
    attempts: failedAttempts(countedEvents(plan.events)),
    rehearsal: plan.events
      .filter((event): event is EventOf<'rehearsal.recorded'> => event.type === 'rehearsal.recorded')
      .findLast((event) => event.data.specDigest === plan.specDigest),
  };
  return buildPacket(facts);
}

/** Who would submit the draft: whoever asks where they may, else who is asked to. */
function requesterOf({ journal, policy }: ObservedRelease, actor: string): string {
  const may = peopleOf(journal.plan.spec, policy.roles.submitCab);
  return may.includes(actor) ? actor : (may[0] ?? actor);
}

/**
 * Where the difference shows what the plan names, and which commands still stand as they were suggested; nothing where the
 * commits are not here.
 */
async function evidenceFor(context: Context, release: Release): Promise<Pick<PacketFacts, 'evidence' | 'suggested'>> {
  const { candidate, services, migrations } = release.journal.plan.spec;
  try {
    const [base, head] = await Promise.all([
      context.repository.resolve(candidate.base),
      context.repository.resolve(candidate.commit),
    ]);
    const impact = await impactBetween(context, base, head);
    const drafted = draftMigrations(
      impact,
      services.map((service) => service.name),
    );
    const stands = ({ id, down }: Migration): boolean =>
      down !== undefined &&
      drafted.some(({ migration: one }) => one.id === id && one.down?.join('\0') === down.join('\0'));
    return {
      evidence: new Map([
        ...impact.environmentVariables.map((one) => [one.name, placesOf(one.seen, 2)] as const),
        ...drafted.map(({ migration, seen }) => [migration.id, placeOf(seen)] as const),
      ]),
      suggested: new Set(migrations.filter(stands).map((one) => one.id)),
    };
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'repo.no-such-commit')
      return { evidence: new Map(), suggested: new Set() };
    throw error;
  }
}

/** What the manifests of the candidate make of its canaries; nothing where its commit is not here. */
async function sharesOf(context: Context, { spec }: Pick<ReleasePlan, 'spec'>): Promise<PacketFacts['shares']> {
  try {
    const manifests = await openManifests(context, await context.repository.resolve(spec.candidate.commit));
    const all = spec.services.map(async ({ name }) => {
      const share = plannedShare(spec, name, (await manifests.of('production', name)).replicas);
      return share === undefined ? [] : [[name, share] as const];
    });
    return new Map((await Promise.all(all)).flat());
  } catch (error) {
    if (error instanceof RelctlError && error.code === 'repo.no-such-commit') return new Map();
    throw error;
  }
}

async function failuresOf(
  context: Pick<Context, 'clock' | 'store'>,
  release: Release,
): Promise<PacketFacts['failures']> {
  const { plan } = release.journal;
  const since = context.clock.now() - HISTORY_DAYS * 86_400_000;
  const services = plan.spec.services.map((service) => service.name);
  const latest = (dates: readonly string[]): string => dates.at(-1) ?? '';
  return (await context.store.summaries())
    .filter(isSummary)
    .filter((other) => other.id !== plan.id && other.services.some((service) => services.includes(service)))
    .filter((other) => other.undone.some((at) => Date.parse(at) >= since))
    .sort((a, b) => (latest(a.undone) < latest(b.undone) ? 1 : -1));
}
