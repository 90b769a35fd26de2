import type { Resource } from './kube-api.ts';

/** The part of a pod that the kubelet stand-in reads. */
export interface Pod extends Resource {
  readonly spec: {
    readonly nodeName?: string;
    readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
    readonly containers: readonly Container[];
    readonly serviceAccountName?: string;
    readonly volumes?: readonly Volume[];
  };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

/** A volume of a pod; one without a source here is an empty folder. */
export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
  readonly projected?: {
    readonly sources: readonly {
      readonly serviceAccountToken?: { readonly path: string };
      readonly configMap?: {
        readonly name: string;
        readonly items?: readonly { readonly key: string; readonly path: string }[];
      };
    }[];
  };
}

/** A container of a pod. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly envFrom?: readonly {
    readonly prefix?: string;
    readonly configMapRef?: KeySource;
    readonly secretRef?: KeySource;
  }[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly readinessProbe?: { readonly httpGet?: { readonly path?: string; readonly port: number | string } };
  readonly lifecycle?: { readonly preStop?: StopHook };
}

/** What a container does before it is asked to end. */
export interface StopHook {
  readonly sleep?: { readonly seconds: number };
  readonly exec?: { readonly command: readonly string[] };
}

/** A variable of a container. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: KeySource & { readonly key: string };
    readonly secretKeyRef?: KeySource & { readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** A ConfigMap or Secret. */
export interface KeySource {
  readonly name: string;
  readonly optional?: boolean;
}

/** A condition of a pod. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime: string;
}

/** The state of a container, as in its status. */
export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Termination };

/** How a container ended. */
export interface Termination {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** Now, as Kubernetes writes times: whole seconds in UTC. */
export function kubeTime(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
