import * as z from 'zod';
import { stagedDifferences } from '../../domain/kubernetes/staged-objects.ts';
import { RelctlError } from '../../errors.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { renderedObjects } from './rendered.ts';

const recordSchema = z.record(z.string(), z.string());
/** Lines of the difference that are shown; all of it is in the data of the error. */
const SHOWN_LINES = 40;

/** Keeps what the candidate brings to staging and to production, so that a later deployment can be compared with it. */
export async function recordObjects(context: Context, release: Release, attempt: number): Promise<Evidence> {
  const text = `${JSON.stringify(await renderedObjects(context, release.journal.plan.spec), null, 2)}\n`;
  return context.store.keep(release.journal.plan.id, `staged-${attempt}.json`, text);
}

/**
 * Refuses to deploy what is not what was staged: another path in relctl.yaml or another image changes the objects although plan and
 * commit are the same.
 * @throws RelctlError `cluster.drift` with the difference, `plan.evidence-mismatch` when the record was tampered with
 */
export async function refuseStagedDrift(context: Context, release: Release): Promise<void> {
  const { plan, state } = release.journal;
  const evidence = state.stage?.manifests;
  if (evidence === undefined) {
    throw new RelctlError('cluster.drift', `nothing was kept of what attempt ${state.stage?.attempt} staged`, {
      why: 'QA and Operations signed off on what was staged; without a record nothing shows that it is what would be deployed.',
      hints: [command`relctl stage ${plan.id}`],
    });
  }
  const bytes = await context.store.read(plan.id, evidence);
  const before = recordSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  const differences = stagedDifferences(before, await renderedObjects(context, release.journal.plan.spec));
  const [first] = differences;
  if (first === undefined) return;
  const lines = differences.flatMap((one) => one.diff.trimEnd().split('\n'));
  throw new RelctlError(
    'cluster.drift',
    `what would be deployed is not what was staged: ${differences.map((one) => one.object).join(', ')}`,
    {
      why: 'QA and Operations signed off on what was staged, and on nothing else.',
      hints: [
        command`relctl stage ${plan.id}`,
        ...lines.slice(0, SHOWN_LINES),
        ...(lines.length > SHOWN_LINES ? [`and ${lines.length - SHOWN_LINES} more lines`] : []),
      ],
      data: { differences },
    },
  );
}
