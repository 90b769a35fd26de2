import { Readable } from 'node:stream';
import { ASKED_BY, deploymentJob } from '../../domain/runner/job.ts';
import { jobState } from '../../domain/runner/job-state.ts';
import { jobName } from '../../domain/runner/names.ts';
import { RelctlError } from '../../errors.ts';
import type { KubernetesRunner } from '../../plan/runner.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import type { RemoteRun, RunNews, Runner } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { RunnerKind } from './kind.ts';
import { createPodLog } from './pod-log.ts';

const JOB = { apiVersion: 'batch/v1', kind: 'Job' } as const;
const POD = { apiVersion: 'v1', kind: 'Pod' } as const;
/** What is seen of a Job is looked at again at least this often. */
const LOOK_MS = 5000;

/**
 * Jobs in the cluster of production. A Job's name says what it is for, and the API server makes one of a name: so it is found again from
 * everywhere, and two people who ask for the same get the same Job.
 */
export const kubernetes: RunnerKind<KubernetesRunner> = {
  open(settings, ground) {
    const namespace = settings.namespace ?? ground.namespace;
    const cluster = ground.clusterIn(namespace);
    const podsOf = (name: string) => ({ ...POD, labels: { 'job-name': name } });

    function runOf(job: KubeObject, pods: readonly KubeObject[]): RemoteRun {
      const { name, uid = '', annotations } = job.metadata;
      return {
        title: `Job ${namespace}/${name}`,
        key: `${name} ${uid}`,
        askedBy: annotations?.[ASKED_BY],
        state: jobState(job, pods),
        look: command`kubectl --context ${cluster.name.slice(0, -namespace.length - 1)} -n ${namespace} describe job ${name}`,
      };
    }

    async function findNamed(name: string): Promise<RemoteRun | undefined> {
      const [job, pods] = await Promise.all([cluster.get({ ...JOB, name }), cluster.list(podsOf(name))]);
      return job === undefined ? undefined : runOf(job, pods);
    }

    /** Tells lines and states until the run has ended. */
    async function watch(run: RemoteRun, signal: AbortSignal, tell: (news: RunNews) => void): Promise<void> {
      const [name = ''] = run.key.split(' ');
      const log = createPodLog(cluster, signal, (text) => tell({ kind: 'line', text }));
      let told = '';
      const views = cluster.follow([{ ...JOB, name }, podsOf(name)], { every: LOOK_MS, signal });
      for await (const [jobs = [], pods = []] of views) {
        const [job] = jobs;
        const now = job === undefined ? { ...run, state: jobState(undefined, pods) } : runOf(job, pods);
        log.attend(pods);
        // What was printed last is told before the end.
        if (now.state.phase === 'ended') await log.end();
        const text = JSON.stringify(now.state);
        if (text !== told) tell({ kind: 'state', run: now });
        told = text;
        if (now.state.phase === 'ended') return;
      }
    }

    const runner: Runner = {
      name: 'kubernetes',
      find: (work) => findNamed(jobName(work, ground.namespace)),
      async start(work) {
        const repository = settings.repository ?? (await ground.remote());
        const job = deploymentJob(settings, work, ground.namespace, repository);
        try {
          return runOf(await cluster.create(job), []);
        } catch (error) {
          if (!(error instanceof RelctlError) || error.code !== 'cluster.conflict') throw error;
          const found = await findNamed(job.metadata.name);
          if (found === undefined) throw error;
          return found;
        }
      },
      async end(run) {
        const [name = '', uid] = run.key.split(' ');
        const job = await cluster.get({ ...JOB, name });
        // One of the same name that somebody made since is not the one that is meant.
        if (job !== undefined && job.metadata.uid === uid) {
          await cluster.remove({ ...JOB, name }, { resourceVersion: job.metadata.resourceVersion ?? '' });
        }
        const waiting = new AbortController();
        for await (const [pods = []] of cluster.follow([podsOf(name)], { every: LOOK_MS, signal: waiting.signal })) {
          if (pods.every(({ metadata }) => !isOwnedBy(metadata.ownerReferences, uid))) waiting.abort();
        }
      },
      async *follow(run, signal) {
        const news = new Readable({ objectMode: true, read: () => undefined });
        const left = new AbortController();
        const watching = watch(run, AbortSignal.any([signal, left.signal]), (one) => news.push(one)).then(
          () => news.push(null),
          (error: unknown) => news.destroy(error as Error),
        );
        try {
          for await (const one of news) yield one as RunNews;
        } finally {
          left.abort();
          await watching;
        }
      },
    };
    return runner;
  },
};

function isOwnedBy(owners: KubeObject['metadata']['ownerReferences'], uid: string | undefined): boolean {
  return (owners ?? []).some((owner) => owner.uid === uid);
}
