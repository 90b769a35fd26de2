import { isSummary, type ReleaseSummary } from '../../../domain/history/release-summary.ts';
import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import { isOlderImage, isShippedImage, shortImage } from '../../../domain/versions/image-versions.ts';
import { RelctlError } from '../../../errors.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { ownOf } from '../../../text/by-name.ts';
import type { Context } from '../../release/context.ts';

/** What production got of a service, and with which release. */
interface Shipped {
  readonly release: string;
  readonly image: string;
}

/**
 * Services of which the plan ships what production has already, or an older version, by what the other releases of the repository
 * brought there. Only warnings: going back can be what is meant, settings can change without the image, and tags that are no versions
 * say nothing.
 */
export async function shippedImageFindings(
  context: Pick<Context, 'store' | 'environments'>,
  { id, spec }: Pick<ReleasePlan, 'id' | 'spec'>,
): Promise<readonly PlanFinding[]> {
  const releases = (await context.store.summaries())
    .filter(isSummary)
    .filter((one) => one.id !== id && stands(one) && (context.environments.simulated || !one.simulated))
    .toSorted((a, b) => (lastOf(a.deployed) < lastOf(b.deployed) ? 1 : -1));
  const findings = await Promise.all(
    spec.services.map(async ({ name, image }, index): Promise<PlanFinding[]> => {
      const latest = releases.find((one) => one.services.includes(name));
      const shipped = latest === undefined ? undefined : await shippedBy(context, latest.id, name);
      if (shipped === undefined) return [];
      if (isShippedImage(image, shipped.image)) {
        return [
          {
            code: 'services.same-image',
            severity: 'warning',
            path: ['spec', 'services', index, 'image'],
            problem: `production got ${shortImage(image)} with ${shipped.release} already: the image of ${name} does not change, and its canary is compared with itself`,
            fix: `ship another image of ${name}, or leave the service out unless its settings change`,
          },
        ];
      }
      if (!isOlderImage(image, shipped.image)) return [];
      return [
        {
          code: 'services.older-image',
          severity: 'warning',
          path: ['spec', 'services', index, 'image'],
          problem: `production got ${shortImage(shipped.image)} with ${shipped.release}; this plan ships ${shortImage(image)}`,
          fix: `build the candidate on what ${shipped.release} shipped, or say in spec.risk.notes why ${name} goes back`,
        },
      ];
    }),
  );
  return findings.flat();
}

/** True for a release that went to production in whole and was not taken back after it. */
function stands({ deployed, undone }: ReleaseSummary): boolean {
  return deployed.length > 0 && lastOf(undone) < lastOf(deployed);
}

/** RFC 3339 dates of one zone sort as texts. */
function lastOf(dates: readonly string[]): string {
  return dates.at(-1) ?? '';
}

/** A plan that cannot be read is its owner's trouble (`relctl list` names it), not this one's. */
async function shippedBy(
  { store }: Pick<Context, 'store'>,
  release: string,
  service: string,
): Promise<Shipped | undefined> {
  try {
    const { events } = await store.load(release);
    const completed = events.findLast((event) => event.type === 'deploy.completed');
    const started = events.findLast(
      (event) => event.type === 'deploy.started' && event.data.attempt === completed?.data.attempt,
    );
    const image = started?.type === 'deploy.started' ? ownOf(started.data.images, service) : undefined;
    return image === undefined ? undefined : { release, image };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return undefined;
  }
}
