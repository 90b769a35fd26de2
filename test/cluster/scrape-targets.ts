import { renameSync, writeFileSync } from 'node:fs';
import type { Endpoint } from './kubelet.ts';

/** The pod label that names the service, and the one that tells stable pods from canary pods. */
const SERVICE_LABEL = 'app.kubernetes.io/name';
const TRACK_LABEL = 'track';

/**
 * Writes a targets file for Prometheus' `file_sd_configs`: one group a pod, with the labels `namespace`, `pod`, `service`
 * and `track`, and those of the whole cluster. Prometheus sees either the old file or the new one.
 */
export function writeTargets(
  file: string,
  endpoints: ReadonlyMap<string, readonly Endpoint[]>,
  clusterLabels: Readonly<Record<string, string>>,
): void {
  const groups = [...endpoints].flatMap(([namespace, list]) =>
    list.map(({ pod, labels, host, port }) => ({
      targets: [`${host}:${port}`],
      labels: {
        ...clusterLabels,
        namespace,
        pod,
        service: labels[SERVICE_LABEL] ?? labels.app ?? '',
        ...(labels[TRACK_LABEL] === undefined ? {} : { track: labels[TRACK_LABEL] }),
      },
    })),
  );
  writeFileSync(`${file}.new`, JSON.stringify(groups, null, 1));
  renameSync(`${file}.new`, file);
}
