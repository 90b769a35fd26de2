import type { Cluster } from '../../src/ports/cluster.ts';
import type { Environments } from '../../src/ports/environments.ts';

/** Environments that keep account of every write to a cluster, as `create Job/name`, and of every object that is read by its name. */
export function recordingEnvironments(environments: Environments): {
  readonly environments: Environments;
  readonly writes: readonly string[];
  readonly reads: readonly string[];
} {
  const writes: string[] = [];
  const reads: string[] = [];
  const recorded = (cluster: Cluster): Cluster => ({
    ...cluster,
    get(ref) {
      reads.push(`${ref.kind}/${ref.name}`);
      return cluster.get(ref);
    },
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
    reads,
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
