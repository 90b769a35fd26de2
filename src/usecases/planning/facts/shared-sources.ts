import type { EnvironmentObjects } from '../../../domain/kubernetes/environment-objects.ts';
import { sourcesOf } from '../../../domain/kubernetes/sources.ts';
import type { AffectedService } from '../../../evidence/impact/findings.ts';
import { canonicalJson } from '../../../plan/digest.ts';
import type { KubeObject } from '../../../ports/cluster.ts';
import { type RenderingContext, renderEnvironment } from '../../cluster/environment.ts';

const ENVIRONMENTS = ['staging', 'production'] as const;

/**
 * Services without those whose manifests changed in name only: an overlay or a chart of the whole product changes with each of its
 * services, and renders the others as before. Only what several services are rendered from is rendered for this, at both commits; what
 * cannot be rendered counts as changed. Where nothing of any service changes, something of the product does, and all stay.
 * @param base full commit id
 * @param head full commit id
 */
export async function withoutUnchanged(
  context: RenderingContext,
  base: string,
  head: string,
  services: readonly AffectedService[],
): Promise<readonly AffectedService[]> {
  const sharing = services.filter(({ name, because }) => because === 'manifest' && isRenderedWithOthers(context, name));
  if (sharing.length === 0) return services;
  const names = sharing.map(({ name }) => name);
  const changed = new Set<string>();
  for (const environment of ENVIRONMENTS) {
    const [before, after] = await Promise.all(
      [base, head].map((commit) =>
        renderEnvironment(context, commit, { environment, services: names, names: 'plain' }),
      ),
    );
    for (const name of names) {
      const [old, now] = [before, after].map((rendered) => textOf(rendered, name));
      if (old === undefined || old !== now) changed.add(name);
    }
  }
  const left = services.filter((service) => !sharing.includes(service) || changed.has(service.name));
  return left.length === 0 ? services : left;
}

function isRenderedWithOthers({ config }: RenderingContext, name: string): boolean {
  return ENVIRONMENTS.some((environment) =>
    sourcesOf(config, environment, [name]).some(({ services }) => services.length > 1),
  );
}

/** The objects of a service as text, to compare; `undefined` where they cannot be told. */
function textOf(rendered: EnvironmentObjects | undefined, name: string): string | undefined {
  const answer = rendered?.services.get(name);
  return answer?.ok === true ? canonicalJson([answer.workload, ...answer.others].map(withoutRelease)) : undefined;
}

/** Labels that each release of a chart sets anew on each object; on pods they count, because they roll them out. */
const OF_RELEASE = new Set(['helm.sh/chart', 'app.kubernetes.io/version']);

function withoutRelease({ metadata, ...rest }: KubeObject): unknown {
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => !OF_RELEASE.has(key));
  return { ...rest, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
}
