import { resolve } from 'node:path';
import { openChangeRecords } from '../adapters/change-record/open.ts';
import { exec } from '../adapters/exec.ts';
import { createNotifier } from '../adapters/hooks/notifier.ts';
import { redact, secretsIn } from '../adapters/hooks/redact.ts';
import { createEndpointFetch } from '../adapters/http/login.ts';
import { createTransport } from '../adapters/http/transport.ts';
import { openIncidents } from '../adapters/incidents/open.ts';
import { createKubectlCluster, type KubectlCluster } from '../adapters/kubectl/cluster.ts';
import { createCommandRunner } from '../adapters/probes/command-runner.ts';
import { createHttpProbe } from '../adapters/probes/http-probe.ts';
import { createTcpProbe } from '../adapters/probes/tcp-probe.ts';
import { openProvenance } from '../adapters/provenance/open.ts';
import { openRunner } from '../adapters/runner/open.ts';
import { createSuccessSource } from '../adapters/success/source.ts';
import { RelctlError } from '../errors.ts';
import type { Config, EnvironmentName } from '../plan/config.ts';
import type { Endpoint } from '../plan/endpoint.ts';
import type { ChangeRecords } from '../ports/change-records.ts';
import type { CommandRunner } from '../ports/commands.ts';
import type { Environments } from '../ports/environments.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { Incidents } from '../ports/incidents.ts';
import type { NamedPrograms } from '../ports/named-programs.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Provenance } from '../ports/provenance.ts';
import type { ReviewedSettings } from '../ports/reviewed-settings.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { Context } from '../usecases/release/context.ts';
import { openObserved } from './observed.ts';
import { guardedCluster, isInside } from './programs.ts';
import { onceReviewed, withoutOwnKeys } from './reviewed.ts';

/** Composition of the real world, apart from the rest so that a simulated company loads none of it. Each part acts when it is asked. */

type Env = Readonly<Record<string, string | undefined>>;

/** What stands before what the repository names: whether it may be run here at all, and whether somebody answered for it. */
export interface Guards {
  readonly programs: NamedPrograms;
  readonly reviewed: ReviewedSettings;
}

/** Clusters, metrics, alerts and probes of the environments that relctl.yaml names; `workspace` is where measured values may lie as files. */
export function createRealEnvironments(
  config: Config,
  cwd: string,
  env: Env,
  workspace: Workspace,
  sink: EventSink,
  { programs, reviewed }: Guards,
): Environments {
  const allowed = guardedExec({
    async allow(argv) {
      await reviewed.require('environments');
      await programs.allow(argv);
    },
  });
  const clusters = new Map<string, KubectlCluster>();
  function clusterOf(environment: EnvironmentName, region?: string, namespace?: string): KubectlCluster {
    const whole = config.environments[environment];
    const target = region === undefined ? whole : whole.regions.find((one) => one.name === region);
    if (target === undefined)
      throw noRegion(
        environment,
        region ?? '',
        whole.regions.map((one) => one.name),
      );
    const key = `${environment}/${region ?? ''}/${namespace ?? ''}`;
    const known = clusters.get(key);
    if (known !== undefined) return known;
    const own = kubeconfigOf(whole.kubeconfig, cwd, env);
    const cluster = withCleanLogs(
      createKubectlCluster({
        context: target.context,
        namespace: namespace ?? target.namespace,
        ...(own === undefined ? {} : { kubeconfig: own }),
        by: whole.connection === 'proxy' ? 'connection' : 'single-calls',
        onFallback: (why) =>
          sink.emit({
            type: 'note',
            level: 'warning',
            text: `${target.context}: no connection, so each request starts a kubectl: ${why}`,
          }),
      }),
      env,
    );
    const guarded = guardedKubeconfig(cluster, whole.kubeconfig, own, cwd, { programs, reviewed });
    clusters.set(key, guarded);
    return guarded;
  }
  const send = createTransport(undefined, { env, cwd });
  const secrets = withoutOwnKeys(env);
  const mayUse = () => reviewed.require('environments');
  const observed = openObserved({ config, cwd, env: secrets, exec: allowed, clusterOf, mayUse });
  return {
    simulated: false,
    commands: guardedCommands(createCommandRunner(cwd, env), { programs, reviewed }),
    http: createHttpProbe({ environment: env, fetchFor: (url) => observed.probe(url) ?? send }),
    tcp: createTcpProbe(),
    success: onceReviewed(createSuccessSource({ env: secrets, workspace, fetch: send }), reviewed, 'plan'),
    cluster: (environment, region) => clusterOf(environment, region),
    reconciler: (namespace) => clusterOf('production', undefined, namespace),
    metrics: observed.metrics,
    alerts: observed.alerts,
    observers: observed.observers,
  };
}

/** The kubeconfig of an environment: in a pod the one that was made there, whatever a laptop's is called. */
function kubeconfigOf(named: string | undefined, cwd: string, env: Env): string | undefined {
  const own = env.RELCTL_KUBECONFIG;
  if (own !== undefined && own !== '') return own;
  return named === undefined ? undefined : resolve(cwd, named);
}

/** The runners that relctl.yaml sets up. */
export function createRunners(
  config: Config,
  cwd: string,
  env: Env,
  { programs, reviewed }: Guards,
  remote: () => Promise<string>,
): Context['runners'] {
  const { context, namespace, kubeconfig, connection } = config.environments.production;
  const own = kubeconfigOf(kubeconfig, cwd, env);
  return (name) => {
    const runner = openRunner(name, config.runner, {
      namespace,
      cwd,
      exec: guardedExec(programs),
      remote,
      clusterIn(where) {
        const cluster = createKubectlCluster({
          context,
          namespace: where,
          ...(own === undefined ? {} : { kubeconfig: own }),
          by: connection === 'proxy' ? 'connection' : 'single-calls',
        });
        return guardedKubeconfig(cluster, kubeconfig, own, cwd, { programs, reviewed });
      },
    });
    return {
      ...runner,
      // What is started there gets the signing key and may change production.
      async start(work) {
        await reviewed.require('runner');
        await reviewed.require('environments');
        return runner.start(work);
      },
    };
  };
}

/** What containers print is shown to people and, where a plan asks for it, recorded: secrets of this run are taken out. */
function withCleanLogs(cluster: KubectlCluster, env: Env): KubectlCluster {
  const secrets = secretsIn(env);
  return { ...cluster, logs: async (pod, options) => redact(await cluster.logs(pod, options), secrets) };
}

/** The channels that relctl.yaml names; one that nobody answered for is sent nothing. */
export function createHooks(config: Config, cwd: string, env: Env, { programs, reviewed }: Guards): Notifier {
  const allowed = guardedExec(programs);
  const notifier = createNotifier(config.notifications, {
    env: withoutOwnKeys(env),
    exec: (program, args, options) => allowed(program, args, { cwd, ...options }),
    fetch: createTransport(undefined, { env, cwd }),
  });
  return {
    ...notifier,
    async send(name, message) {
      await reviewed.require(`channel ${name}`);
      await notifier.send(name, message);
    },
  };
}

/** The system of changes that relctl.yaml names, if it names one. */
export function createChangeRecords(
  { changeRecord }: Config,
  cwd: string,
  given: Env,
  { programs, reviewed }: Guards,
): ChangeRecords | undefined {
  if (changeRecord === undefined) return undefined;
  const [allowed, env] = [guardedExec(programs), withoutOwnKeys(given)];
  const records = openChangeRecords(changeRecord, {
    env,
    cwd,
    exec: allowed,
    fetchOf: (endpoint) => createEndpointFetch(endpoint, { env, cwd, exec: allowed }),
  });
  return onceReviewed(records, reviewed, 'changeRecord');
}

/** The system of incidents that relctl.yaml names, if it names one. */
export function createIncidents(
  { incidents }: Config,
  cwd: string,
  given: Env,
  { programs, reviewed }: Guards,
): Incidents | undefined {
  if (incidents === undefined) return undefined;
  const [allowed, env] = [guardedExec(programs), withoutOwnKeys(given)];
  const fetchOf = (endpoint: Endpoint) => createEndpointFetch(endpoint, { env, cwd, exec: allowed });
  return onceReviewed(openIncidents(incidents, { env, cwd, exec: allowed, fetchOf }), reviewed, 'incidents');
}

/** What examines where images come from. It runs a program of this machine and none of the repository. */
export function createProvenance({ provenance }: Config, cwd: string, env: Env): Provenance {
  return openProvenance(provenance, { cwd, env, exec });
}

/** A cluster with what its kubeconfig may start: one that relctl.yaml names is asked once that is reviewed, and one of the repository once it is allowed. */
function guardedKubeconfig(
  cluster: KubectlCluster,
  named: string | undefined,
  used: string | undefined,
  root: string,
  { programs, reviewed }: Guards,
): KubectlCluster {
  const isInRepository = used !== undefined && isInside(root, used);
  if (named === undefined && !isInRepository) return cluster;
  return guardedCluster(cluster, {
    async allow() {
      await reviewed.require('environments');
      if (isInRepository) await programs.allow();
    },
  });
}

/** Runs nothing that the repository names before it is allowed. */
function guardedExec(programs: Pick<NamedPrograms, 'allow'>): typeof exec {
  return async (program, args, options) => {
    await programs.allow([program, ...args]);
    return exec(program, args, options);
  };
}

function guardedCommands(commands: CommandRunner, { programs, reviewed }: Guards): CommandRunner {
  return {
    async run(argv, options) {
      await reviewed.require('plan');
      await programs.allow(argv);
      return commands.run(argv, options);
    },
  };
}

function noRegion(environment: string, region: string, known: readonly string[]): RelctlError {
  return new RelctlError('config.unknown-environment', `${environment} has no region "${region}"`, {
    place: { file: 'relctl.yaml' },
    why: 'relctl writes only to clusters that relctl.yaml names.',
    hints: [`regions of ${environment}: ${known.join(', ') || 'none'}`],
  });
}
