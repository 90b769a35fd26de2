import type { Change, ExposureFinding } from '../findings.ts';
import { baseName, isComposeFile } from '../paths.ts';
import { compareByKey, readBothSides, type TwoSided } from '../two-sided.ts';
import { isYaml, objectsIn } from './objects.ts';
import { scanYaml, type YamlLine } from './yaml-lines.ts';

interface Exposure {
  readonly kind: ExposureFinding['kind'];
  /** What it belongs to, so that the same number in another object is another port. */
  readonly subject: string;
  readonly setting: string;
  readonly value: string;
  readonly line: number;
}

const PORT_KEYS = /^(containerPort|hostPort|nodePort|targetPort)$/;
const SECURITY_KEYS =
  /^(privileged|allowPrivilegeEscalation|runAsUser|runAsGroup|runAsNonRoot|readOnlyRootFilesystem|hostNetwork|hostPID|hostIPC|serviceAccountName|automountServiceAccountToken|fsGroup|procMount)$/;
/** Objects whose every line is a permission (kubernetes.io/docs/reference/access-authn-authz/rbac/). */
const PERMISSION_KINDS =
  /^(Role|ClusterRole|RoleBinding|ClusterRoleBinding|NetworkPolicy|PodSecurityPolicy|AuthorizationPolicy)$/;

/** Ports and permissions that change in manifests, charts, compose files and Dockerfiles. */
export function compareExposure(
  files: readonly TwoSided[],
  servicesOf: (path: string) => readonly string[],
): ExposureFinding[] {
  const { base, head } = readBothSides<Exposure>(files, exposureIn);
  const keyOf = (item: Exposure & { file: string }) => [item.kind, item.subject, item.setting].join('\0');
  const { added, removed, changed } = compareByKey(base, head, keyOf, (old, now) => old.value !== now.value);
  const finding = (item: Exposure & { file: string }, change: Change, from?: string): ExposureFinding => ({
    kind: item.kind,
    change,
    text: `${item.subject}: ${describe(item)}${from === undefined ? '' : ` (was ${from})`}`,
    services: servicesOf(item.file),
    seen: { file: item.file, line: item.line, side: change === 'removed' ? 'base' : 'head' },
  });
  return [
    ...added.map((item) => finding(item, 'added')),
    ...changed.map(({ old, now }) => finding(now, 'changed', old.value)),
    ...removed.map((item) => finding(item, 'removed')),
  ];
}

/** A port is told apart by its number, so its setting says it all. */
const describe = (item: Exposure): string => (item.value === '' ? item.setting : `${item.setting} ${item.value}`);

function exposureIn(path: string, text: string): Exposure[] {
  if (isYaml(path)) return fromYaml(path, text);
  if (/^(Dockerfile|Containerfile)/.test(baseName(path))) {
    return text.split('\n').flatMap((row, index) =>
      [...(/^\s*EXPOSE\s+(.*)$/i.exec(row)?.[1] ?? '').matchAll(/(\d+)(?:\/(tcp|udp))?/g)].map((port) => ({
        kind: 'port' as const,
        subject: path,
        setting: `EXPOSE ${port[0]}`,
        value: '',
        line: index + 1,
      })),
    );
  }
  return [];
}

function fromYaml(path: string, text: string): Exposure[] {
  const lines = scanYaml(text);
  const objects = new Map(objectsIn(lines).map((object) => [object.document, object]));
  const isCompose = isComposeFile(path);
  const isValues = /^values[^/]*\.ya?ml$/i.test(baseName(path));
  const found: Exposure[] = [];
  for (const line of lines) {
    const object = objects.get(line.document);
    if (object === undefined && !isCompose && !isValues) continue;
    const subject = object
      ? `${object.kind} ${object.name || baseName(path)}`
      : isCompose
        ? `service ${line.path[1] ?? ''}`
        : baseName(path);
    const at = (kind: Exposure['kind'], setting: string, value: string) =>
      found.push({ kind, subject, setting, value, line: line.line });
    const key = line.key ?? '';
    const isServicePort = object?.kind === 'Service' && key === 'port' && line.path.includes('ports');
    const isValuesPort = isValues && /(^|[a-z])[pP]ort$/.test(key) && /^\d+$/.test(line.value);
    if (PORT_KEYS.test(key) || isServicePort) at('port', `${key} ${line.value}`, '');
    else if (isValuesPort) at('port', line.path.filter((part) => part !== '-').join('.'), line.value);
    else if (isCompose && line.key === undefined && line.path.at(-2) === 'ports') at('port', `ports ${line.value}`, '');
    else if (SECURITY_KEYS.test(key)) at('permission', line.path.filter((part) => part !== '-').join('.'), line.value);
    else if (line.path.includes('capabilities') && line.value !== '')
      at('permission', `capabilities ${capability(line)}`, '');
    else if (object && PERMISSION_KINDS.test(object.kind) && isGrant(line))
      at('permission', `${line.path.filter((part) => part !== '-').join('.')} ${line.value}`, '');
  }
  return found;
}

const capability = (line: YamlLine): string =>
  `${line.path.filter((part) => part !== '-').at(-1) ?? ''} ${line.value}`.trim();

function isGrant(line: YamlLine): boolean {
  return line.value !== '' && line.path[0] !== 'apiVersion' && line.path[0] !== 'kind' && line.path[0] !== 'metadata';
}
