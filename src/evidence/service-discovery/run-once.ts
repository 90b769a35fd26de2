import { proposedChoice } from '../../domain/kubernetes/helm-hooks.ts';
import type { HookChoice } from '../../plan/source-settings.ts';
import { imageName, jobsIn, type Workload } from './workloads.ts';

/**
 * What most likely stands in for each Job of some manifests that runs what a service runs: its image is another with each release, and the template
 * of a Job is immutable, so no cluster takes it a second time.
 * @param workloads of the service
 * @param files its manifests
 */
export function ownJobs(
  workloads: readonly Workload[],
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
): Readonly<Record<string, HookChoice>> {
  const imagesOf = ({ containers }: Workload) => containers.map(({ image }) => imageName(image)).filter(Boolean);
  const own = new Set(workloads.flatMap(imagesOf));
  const jobs = files
    .flatMap((file) => jobsIn(file, texts.get(file) ?? ''))
    .filter((job) => imagesOf(job).some((image) => own.has(image)));
  return Object.fromEntries(
    jobs.map(({ kind, name }) => [`${kind}/${name}`, proposedChoice({ kind, name, when: 'post-upgrade' })]),
  );
}
