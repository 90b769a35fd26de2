import type { Cluster } from '../../src/ports/cluster.ts';
import type { Environments } from '../../src/ports/environments.ts';

/** Environments that keep account of every write to a cluster, as `create Job/name`. */
export function recordingEnvironments(environments: Environments): {
  readonly environments: Environments;
  readonly writes: readonly string[];
} {
  const writes: string[] = [];
  const recorded = (cluster: Cluster): Cluster => ({
    ...cluster,
    create(object) {
      writes.push(`create ${object.kind}/${object.metadata.name}`);
      return cluster.create(object);
    },
    apply(object, guard) {
      writes.push(`apply ${object.kind}/${object.metadata.name}`);
      return cluster.apply(object, guard);
    },
    replace(object, guard) {
      writes.push(`replace ${object.kind}/${object.metadata.name}`);
      return cluster.replace(object, guard);
    },
    remove(ref, guard) {
      writes.push(`remove ${ref.kind}/${ref.name}`);
      return cluster.remove(ref, guard);
    },
  });
  const clusters = new Map<string, Cluster>();
  return {
    writes,
    environments: {
      ...environments,
      cluster(environment, region) {
        const key = `${environment}/${region ?? ''}`;
        const cluster = clusters.get(key) ?? recorded(environments.cluster(environment, region));
        clusters.set(key, cluster);
        return cluster;
      },
    },
  };
}
