import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { newestInCache } from './assets.ts';
import type { ControlPlane } from './control-plane.ts';
import { freePorts } from './free-ports.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type Running, startProgram } from './process.ts';
import { waitFor } from './wait.ts';

/** The real Flux: source-controller, which fetches a repository, and kustomize-controller, which applies it, over and over. */
export interface Flux {
  /** The Kustomization as it is now. */
  kustomization(): Promise<Kustomization>;
  stop(): Promise<void>;
}

/** What of a Kustomization the tests read. */
export interface Kustomization {
  readonly status?: {
    readonly lastAppliedRevision?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

const NAMESPACE = 'flux-system';
const SOURCES = `/apis/source.toolkit.fluxcd.io/v1/namespaces/${NAMESPACE}/gitrepositories`;
const KUSTOMIZATIONS = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${NAMESPACE}/kustomizations`;

/** What Flux shall keep. */
export interface FluxOptions {
  readonly repository: string;
  /** Folder in it. */
  readonly path: string;
  /** Namespace that it is applied to. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * Starts Flux's two controllers on a control plane, and has them keep a folder of a repository: each second it is looked for new commits and
 * for what others have changed in the cluster, which is put back, with force; what is no longer in the folder is removed.
 */
export async function startFlux(plane: ControlPlane, options: FluxOptions): Promise<Flux> {
  const folder = newestInCache('flux', ['kustomize-controller', 'source-controller', 'crds'], 'scripts/setup-flux.sh');
  await installKinds(plane, join(folder, 'crds'));
  await plane.createNamespace(NAMESPACE);
  const [artifacts = 0, ...ports] = await freePorts(5);
  const [admin] = plane.accesses;
  if (admin === undefined) throw new Error(`${plane.name} has no administrator`);
  const kubeconfig = writeKubeconfig(join(plane.folder, 'flux.kubeconfig'), [admin]);
  const whole = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Record<string, unknown>;
  writeFileSync(kubeconfig, JSON.stringify({ ...whole, 'current-context': admin.context }), { mode: 0o600 });
  const started: Running[] = [];
  const start = async (program: string, args: readonly string[], at: number) => {
    const own = [`--metrics-addr=127.0.0.1:${ports[at]}`, `--health-addr=127.0.0.1:${ports[at + 1]}`];
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: plane.folder,
      TMPDIR: plane.folder,
      KUBECONFIG: kubeconfig,
      RUNTIME_NAMESPACE: NAMESPACE,
    };
    started.push(
      await startProgram(join(folder, program), [...own, ...args], { log: join(plane.folder, `${program}.log`), env }),
    );
  };
  const storage = [`--storage-addr=127.0.0.1:${artifacts}`, `--storage-adv-addr=127.0.0.1:${artifacts}`];
  await start('source-controller', [`--storage-path=${plane.folder}`, ...storage], 0);
  await start('kustomize-controller', ['--requeue-dependency=1s'], 2);
  const stop = async () => {
    for (const program of started) await program.stop();
  };
  const { api } = plane;
  await api.call('POST', SOURCES, {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: options.name },
    spec: { interval: '1s', url: options.repository, ref: { branch: 'main' } },
  });
  await api.call('POST', KUSTOMIZATIONS, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: options.name },
    spec: {
      interval: '1s',
      retryInterval: '1s',
      path: `./${options.path}`,
      prune: true,
      force: true,
      targetNamespace: options.namespace,
      sourceRef: { kind: 'GitRepository', name: options.name },
    },
  });
  const kustomization = () => api.call<Kustomization>('GET', `${KUSTOMIZATIONS}/${options.name}`);
  try {
    await waitFor(
      async () =>
        (await kustomization()).status?.conditions?.some(
          ({ type, status }) => type === 'Ready' && status === 'True',
        ) === true,
      { what: 'Kustomization that is ready', programs: started },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { kustomization, stop };
}

async function installKinds({ api }: ControlPlane, folder: string): Promise<void> {
  for (const file of readdirSync(folder)) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const object = document.toJS() as { kind?: string } | null;
      if (object?.kind !== 'CustomResourceDefinition') continue;
      await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', object);
    }
  }
  await waitFor(
    async () => {
      await api.call('GET', '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations');
      await api.call('GET', '/apis/source.toolkit.fluxcd.io/v1/gitrepositories');
      return true;
    },
    { what: 'kinds of Flux' },
  );
}
