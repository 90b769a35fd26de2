import type { KubernetesRunner } from '../../plan/runner.ts';
import { CONTAINER, RUN_LABEL } from './names.ts';

/** The pod that relctl works in, in the cluster: for the Job of a deployment, and for what a schedule gives every day. */

/** Where what a pod is given lies in it. Each path is told by a variable, so that nobody but this file knows them. */
const AT = {
  work: '/relctl/work',
  cluster: '/relctl/cluster',
  git: '/relctl/git',
  signing: '/relctl/signing',
  kubeconfig: '/relctl/kubeconfig',
} as const;

/** Long enough that a token is renewed in time by a kubelet that is slow, which does so at 80 per cent. */
const TOKEN_SECONDS = 3600;
/** Whom the image runs as: `node` of the official images. */
const UID = 1000;

/** What a pod of relctl does. */
export interface PodWork {
  /** Arguments of relctl. */
  readonly args: readonly string[];
  /** For people who list pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** What it clones. */
  readonly repository: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The template of its pod: nothing writable but its own folder, no rights but those of its service account. */
export function podTemplate(settings: KubernetesRunner, work: PodWork): Readonly<Record<string, unknown>> {
  const { git, signingKey, kubeconfig } = settings;
  const secrets: readonly { readonly name: keyof typeof AT; readonly secret: string }[] = [
    ...(git === undefined ? [] : [{ name: 'git' as const, secret: git.secret }]),
    ...(signingKey === undefined ? [] : [{ name: 'signing' as const, secret: signingKey.secret }]),
    ...(kubeconfig === undefined ? [] : [{ name: 'kubeconfig' as const, secret: kubeconfig.secret }]),
  ];
  const variables = {
    HOME: AT.work,
    XDG_CACHE_HOME: `${AT.work}/cache`,
    TMPDIR: `${AT.work}/tmp`,
    // Whoever may push the repository chooses its programs; the pod has the rights of its service account, and no others.
    RELCTL_TRUST_COMMANDS: '1',
    RELCTL_KUBECONFIG: `${AT.work}/kubeconfig`,
    RELCTL_POD_WORK: AT.work,
    RELCTL_POD_CLUSTER: AT.cluster,
    RELCTL_POD_REPOSITORY: work.repository,
    ...(git === undefined ? {} : { RELCTL_POD_GIT: AT.git }),
    ...(signingKey === undefined ? {} : { RELCTL_SIGNING_KEY: `${AT.signing}/${signingKey.key}` }),
    ...(kubeconfig === undefined ? {} : { RELCTL_POD_KUBECONFIG: `${AT.kubeconfig}/${kubeconfig.key}` }),
    ...work.variables,
  };
  return {
    metadata: { labels: work.labels },
    spec: {
      serviceAccountName: settings.serviceAccount,
      // Mounted by name below, for a time: the one that Kubernetes mounts by itself says neither.
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 30,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: UID,
        runAsGroup: UID,
        fsGroup: UID,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: CONTAINER,
          image: settings.image,
          args: work.args,
          env: Object.entries(variables).map(([name, value]) => ({ name, value })),
          ...(settings.environment.length === 0
            ? {}
            : { envFrom: settings.environment.map((name) => ({ secretRef: { name } })) }),
          resources: settings.resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [
            { name: 'work', mountPath: AT.work },
            { name: 'cluster', mountPath: AT.cluster, readOnly: true },
            ...secrets.map(({ name }) => ({ name, mountPath: AT[name], readOnly: true })),
          ],
        },
      ],
      volumes: [
        { name: 'work', emptyDir: {} },
        {
          name: 'cluster',
          projected: {
            sources: [
              { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            ],
          },
        },
        // Readable by the group that the pod runs as: ssh refuses keys that their owner lets others read, and root owns these.
        ...secrets.map(({ name, secret }) => ({ name, secret: { secretName: secret, defaultMode: 0o440 } })),
      ],
    },
  };
}

/** Labels of every pod and Job of the runner. */
export function runLabels(release: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'relctl',
    'app.kubernetes.io/managed-by': 'relctl',
    [RUN_LABEL]: labelOf(release),
  };
}

/** A label's value holds 63 characters of these; where an id has others, the Job's name tells releases apart. */
function labelOf(release: string): string {
  return release
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
