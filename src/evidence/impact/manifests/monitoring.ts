import { lineFinder } from '../../lines.ts';
import type { Change, MonitoringFinding } from '../findings.ts';
import { baseName } from '../paths.ts';
import { compareByKey, readBothSides, type TwoSided } from '../two-sided.ts';
import { isYaml } from './objects.ts';
import { scanYaml } from './yaml-lines.ts';

interface Monitor {
  readonly kind: MonitoringFinding['kind'];
  readonly name: string;
  readonly severity?: string;
  /** Everything that makes it what it is, to see that it changed. */
  readonly body: string;
  readonly line: number;
}

/** Alerting rules (Prometheus rule files, PrometheusRule objects, charts of them) and Grafana dashboards that change. */
export function compareMonitoring(
  files: readonly TwoSided[],
  servicesOf: (path: string) => readonly string[],
): MonitoringFinding[] {
  const { base, head } = readBothSides<Monitor>(files, monitorsIn);
  const { added, removed, changed } = compareByKey(
    base,
    head,
    (item) => `${item.kind}\0${item.name}`,
    (old, now) => old.body !== now.body,
  );
  const finding = (item: Monitor & { file: string }, change: Change): MonitoringFinding => ({
    kind: item.kind,
    name: item.name,
    ...(item.severity === undefined ? {} : { severity: item.severity }),
    change,
    services: servicesOf(item.file),
    seen: { file: item.file, line: item.line, side: change === 'removed' ? 'base' : 'head' },
  });
  return [
    ...added.map((item) => finding(item, 'added')),
    ...changed.map(({ now }) => finding(now, 'changed')),
    ...removed.map((item) => finding(item, 'removed')),
  ];
}

function monitorsIn(path: string, text: string): Monitor[] {
  if (isYaml(path) && /\balert\s*:/.test(text)) return alertsIn(text, 'alert', 'expr');
  // Provisioned by Grafana (grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning).
  if (isYaml(path) && /^apiVersion:\s*1\s*$/m.test(text) && /\bcondition\s*:/.test(text))
    return alertsIn(text, 'title', 'condition');
  if (/\.json$/.test(path) && /"panels"\s*:/.test(text) && /"(schemaVersion|templating|uid)"\s*:/.test(text))
    return [dashboardIn(path, text)];
  return [];
}

/** Rules as prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ writes them: items of `rules` with `alert` and `expr`. */
function alertsIn(text: string, nameKey: string, bodyKey: string): Monitor[] {
  const source = text.split('\n');
  const lines = scanYaml(text);
  return lines.flatMap((line, index): Monitor[] => {
    if (line.key !== nameKey || line.path.at(-2) !== '-') return [];
    if (nameKey === 'title' && line.path.at(-3) !== 'rules') return [];
    if (!/^[A-Za-z_][\w:. -]*$/.test(line.value)) return [];
    const depth = line.path.length;
    let end = index + 1;
    while (end < lines.length && (lines[end]?.path.length ?? 0) >= depth && (lines[end]?.item ?? depth) > depth - 2)
      end += 1;
    const rule = lines.slice(index, end);
    const before = lines
      .slice(Math.max(0, index - 6), index)
      .filter((other) => other.path.length >= depth && other.path[depth - 2] === '-');
    if (![...rule, ...before].some((other) => other.key === bodyKey)) return [];
    const severity = rule.find((other) => other.key === 'severity' && other.path.at(-2) === 'labels')?.value;
    const last = lines[end]?.line ?? source.length + 1;
    const body = source
      .slice(line.line - 1, last - 1)
      .map((row) => row.trim())
      .filter((row) => row !== '')
      .join('\n');
    return [
      { kind: 'alert', name: line.value, ...(severity === undefined ? {} : { severity }), body, line: line.line },
    ];
  });
}

function dashboardIn(path: string, text: string): Monitor {
  const title = [...text.matchAll(/^(\s*)"title"\s*:\s*"((?:[^"\\]|\\.)*)"/gm)].sort(
    (a, b) => (a[1]?.length ?? 0) - (b[1]?.length ?? 0),
  )[0];
  return {
    kind: 'dashboard',
    name: title?.[2] ?? baseName(path).replace(/\.json$/, ''),
    body: text.trim(),
    line: title === undefined ? 1 : lineFinder(text)(title.index),
  };
}
