import { isSummary } from '../../domain/history/release-summary.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { FileHistory } from '../../ports/protected-branch.ts';
import type { Context } from '../release/context.ts';
import { planIdOf, unreviewedGone } from '../signing/gone-plans.ts';
import { lacksActs } from '../signing/look.ts';
import { readAhead } from '../signing/read-ahead.ts';
import { findProtectedBranch } from '../signing/trust.ts';

/**
 * Other releases of which nobody knows what became, since something signed is gone from their histories, as sentences. Whoever may push could else
 * have the board read that nothing was ever rolled back.
 */
export async function untoldReleases(context: Context, { id }: Pick<ReleasePlan, 'id'>): Promise<readonly string[]> {
  const touched = await touchedWithinAYear(context);
  const others = (await context.store.summaries())
    .filter(isSummary)
    .filter((one) => one.id !== id && touched.has(one.id));
  const looking = { ...context, looksOnly: true, environments: { simulated: false } };
  const ahead = await readAhead(
    looking,
    others.map((one) => one.id),
  );
  const { protectedBranch } = await ahead.signing();
  const tip = await findProtectedBranch(protectedBranch);
  const found: string[] = [];
  for (const { id: other } of others) {
    const history = await protectedBranch.history(`releases/${other}.yaml`, tip === undefined ? [] : [tip.commit]);
    if (tellsOfAnEnd(history) && (await lacksActs(ahead, other)))
      found.push(`something that was signed is gone from the history of ${other}`);
  }
  const gone = (await unreviewedGone(context)).filter((one) => one.id !== id);
  return [
    ...found,
    ...gone.map(({ file }) => `${file} was deleted with what was signed of it, and nobody reviewed that`),
  ];
}

const ENDS: readonly RecordedEvent['type'][] = ['rollback.completed', 'release.frozen'];

/** Whether any version tells of what the board asks about; most releases were never taken back, and are not read for that. */
function tellsOfAnEnd({ versions, isTooMuch }: FileHistory): boolean {
  if (isTooMuch === true) return true;
  return versions.some(({ bytes }) => ENDS.some((type) => Buffer.from(bytes).includes(`"type":"${type}"`)));
}

/** Ids of plans that a commit of the last year changed: what was rolled back before is not told either. */
async function touchedWithinAYear(context: Pick<Context, 'clock' | 'signing'>): Promise<ReadonlySet<string>> {
  const { protectedBranch } = await context.signing();
  const tip = await findProtectedBranch(protectedBranch);
  const since = context.clock.now() - YEAR_MS;
  const files = await protectedBranch.committed('releases', tip === undefined ? [] : [tip.commit], since);
  return new Set(files.map((file) => planIdOf(file) ?? ''));
}

/** With a week by which clocks may be off. */
const YEAR_MS = (365 + 7) * 86_400_000;
