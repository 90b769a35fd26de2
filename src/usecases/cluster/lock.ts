import { LEASE, type LeaseContent, leaseLeft, readLease, writeLease } from '../../domain/deployment/lease.ts';
import { foldState } from '../../domain/history/fold.ts';
import { standsInProduction } from '../../domain/history/state.ts';
import { RelctlError } from '../../errors.ts';
import type { Cluster, KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { formatSpan } from '../../text/figures.ts';
import type { Context } from '../release/context.ts';
import { type LookingContext, mayLackActs, provenEvents } from '../signing/look.ts';

/** A lock that this process holds. */
export interface Lock {
  readonly target: string;
  readonly cluster: Cluster;
  readonly release: string;
  /** Rises whenever the lock changes hands. */
  readonly fence: number;
  /** What is written on every object: `<release>/<fence>`. */
  readonly mark: string;
  /** True when it was taken from a run that had not given it back. */
  readonly takenOver: boolean;
  readonly lease: { current: KubeObject; renewedAt: number; renewal?: Promise<void> | undefined; wakes?: number };
}

/** How a lock is taken. */
export interface LockOptions {
  /** How long the lock outlives its last renewal. */
  readonly durationSeconds: number;
  /** Wait for a lease of the same release to run out. */
  readonly wait: boolean;
  /** Take it from whoever holds it: for a person who knows that the holder is gone for good. */
  readonly takeOver: boolean;
  /** The highest fence that the release has used: the new one is above it, even where the Lease was deleted. */
  readonly fenceAbove: number;
}

/** How often a lock that cannot be had yet is looked at again. */
const POLL_MS = 2000;

/**
 * Takes the lock of a target for a release.
 *
 * A lock that another release holds is never taken: that release stands in production and has its own way out. A lock of the
 * same release is taken over once its process is dead or its lease has run out, as {@link leaseLeft} has it; with `wait` this is waited for.
 * @throws RelctlError `cluster.lock-held` naming the holder, and all of the cluster's
 */
export async function acquireLock(
  context: Context,
  target: string,
  cluster: Cluster,
  release: string,
  options: LockOptions,
): Promise<Lock> {
  let seen: { readonly version: string | undefined; readonly since: number } | undefined;
  for (;;) {
    const lease = await cluster.get(LEASE);
    const content = lease === undefined ? undefined : readLease(lease);
    const version = lease?.metadata.resourceVersion;
    if (seen === undefined || seen.version !== version) seen = { version, since: context.clock.now() };
    const obstacle =
      content === undefined ? undefined : await obstacleOf(context, content, release, options.takeOver, seen.since);
    if (obstacle === undefined) {
      const taken = await takeLease(context, target, cluster, release, lease, content, options);
      if (taken !== undefined) return taken;
      continue;
    }
    if ((!options.wait && obstacle.isOver !== true) || obstacle.expiresIn === undefined)
      throw lockHeld(cluster, release, content, obstacle);
    context.sink.emit({
      type: 'waiting',
      subject: `lock of ${target}`,
      detail: `held by ${holderName(content)}; its lease expires in ${formatSpan(obstacle.expiresIn)}`,
    });
    await context.clock.sleep(Math.min(POLL_MS, obstacle.expiresIn + 1), context.interruption.signal);
    if (context.interruption.signal.aborted) throw lockHeld(cluster, release, content, obstacle);
  }
}

/**
 * Makes sure that the lock is still ours, by asking: before something that was made asleep is woken. Whoever takes the lock after
 * the answer finds what was made before it, and changes or removes it; so the waking is refused. Errors: `cluster.fenced-off`.
 */
export async function proveLock(context: Pick<Context, 'runs'>, lock: Lock): Promise<void> {
  const lease = await lock.cluster.get(LEASE);
  const holder = lease === undefined ? undefined : readLease(lease).holder;
  if (holder?.run.token !== context.runs.self.token) throw takenOver(lock, holder);
}

/** Whether nobody has had the lock since: it is ours, or was given back by us. */
export async function holdsLast(lock: Lock): Promise<boolean> {
  const lease = await lock.cluster.get(LEASE);
  return lease !== undefined && readLease(lease).transitions === lock.fence;
}

/**
 * Says that the lock is still ours, when a third of its time is over; steps that are at work together share one renewal, which
 * would else refuse each other. A process that was stopped and goes on looks at once. Errors: `cluster.fenced-off` when it is not ours.
 */
export async function keepLock(context: Context, lock: Lock): Promise<void> {
  const wakes = context.interruption.wakes?.() ?? 0;
  if (wakes !== (lock.lease.wakes ?? 0)) {
    await proveLock(context, lock);
    lock.lease.wakes = wakes;
  }
  const { durationSeconds } = readLease(lock.lease.current);
  if (context.clock.now() - lock.lease.renewedAt < (durationSeconds * 1000) / 3) return;
  lock.lease.renewal ??= renew(context, lock).finally(() => {
    lock.lease.renewal = undefined;
  });
  await lock.lease.renewal;
}

async function renew(context: Context, lock: Lock): Promise<void> {
  const now = context.clock.now();
  const content = readLease(lock.lease.current);
  await writeOwn(context, lock, { ...content, holder: content.holder && { ...content.holder, renewedAt: now } });
  lock.lease.renewedAt = now;
}

/** Gives the lock back. A lock that was lost meanwhile is left to who holds it. */
export async function releaseLock(context: Context, lock: Lock): Promise<void> {
  try {
    await writeOwn(context, lock, { ...readLease(lock.lease.current), holder: undefined });
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'cluster.fenced-off') throw error;
  }
}

async function writeOwn(context: Context, lock: Lock, content: LeaseContent): Promise<void> {
  const resourceVersion = lock.lease.current.metadata.resourceVersion ?? '';
  try {
    lock.lease.current = await lock.cluster.replace(writeLease(content, lock.lease.renewedAt), { resourceVersion });
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'cluster.conflict') throw error;
    const lease = await lock.cluster.get(LEASE);
    const holder = lease === undefined ? undefined : readLease(lease).holder;
    if (lease !== undefined && holder?.run.token === context.runs.self.token) {
      lock.lease.current = lease;
      return writeOwn(context, lock, content);
    }
    throw takenOver(lock, holder, error);
  }
}

function takenOver(lock: Lock, holder: LeaseContent['holder'], cause?: unknown): RelctlError {
  const by = holder === undefined ? '' : ` by ${holder.actor} for ${holder.release}`;
  return new RelctlError('cluster.fenced-off', `${lock.cluster.name}: the lock was taken over${by}`, {
    why: 'Only the holder of the lock may change this environment, so this run stops here.',
    hints: [command`relctl status ${lock.release}`],
    cause,
  });
}

/** Why the lock cannot be taken now; `expiresIn` milliseconds it may be, when waiting helps. */
interface Obstacle {
  readonly reason: string;
  readonly expiresIn: number | undefined;
  /** By the two clocks it has run out, and is only looked at for a while whether somebody renews it. */
  readonly isOver?: boolean;
}

/** @param since when the lease was first seen as it is now, by the own clock */
async function obstacleOf(
  context: Context,
  content: LeaseContent,
  release: string,
  takeOver: boolean,
  since: number,
): Promise<Obstacle | undefined> {
  const { holder } = content;
  if (holder === undefined || holder.run.token === context.runs.self.token || takeOver) return undefined;
  const now = context.clock.now();
  const duration = content.durationSeconds * 1000;
  const byClocks = holder.renewedAt + duration - now;
  const isDead = (await context.runs.liveness(holder.run)) === 'dead';
  if (holder.release !== release) {
    const stands = (byClocks > 0 && !isDead) || (await isUnfinished(context, holder.release));
    return stands ? { reason: 'another release is in this environment', expiresIn: undefined } : undefined;
  }
  const expiresIn = leaseLeft(content, holder, now, since);
  if (isDead || expiresIn <= 0) return undefined;
  return { reason: 'another process works on this release', expiresIn, isOver: byClocks <= 0 };
}

/**
 * A run that died before its release touched anything leaves a lock that means nothing. In doubt it means something: an end that nothing proves
 * gives no lock away.
 */
async function isUnfinished(context: LookingContext, release: string): Promise<boolean> {
  try {
    // Of a history that its end was cut off from, that nothing was begun is anybody's word.
    if (await mayLackActs(context, release)) return true;
    const { events } = await context.store.load(release);
    const proven = await provenEvents(context, release);
    const isBegun = events.some(({ type }) => type === 'deploy.started');
    const isKnown = proven.some(({ type }) => type === 'deploy.started');
    // So does the beginning of a rollback that nobody signed.
    return (isBegun && !isKnown) || [proven, events].some((one) => standsInProduction(foldState(one)));
  } catch {
    return true;
  }
}

async function takeLease(
  context: Pick<Context, 'actor' | 'clock' | 'runs'>,
  target: string,
  cluster: Cluster,
  release: string,
  lease: KubeObject | undefined,
  content: LeaseContent | undefined,
  { durationSeconds, fenceAbove }: LockOptions,
): Promise<Lock | undefined> {
  const now = context.clock.now();
  const isOurs = content?.holder?.run.token === context.runs.self.token;
  const fence = isOurs ? (content?.transitions ?? 1) : Math.max(content?.transitions ?? 0, fenceAbove) + 1;
  const wanted = writeLease(
    {
      holder: { release, actor: context.actor, run: context.runs.self, renewedAt: now },
      durationSeconds,
      transitions: fence,
    },
    now,
  );
  try {
    const current =
      lease === undefined
        ? await cluster.create(wanted)
        : await cluster.replace(wanted, { resourceVersion: lease.metadata.resourceVersion ?? '' });
    const takenOver = content?.holder !== undefined && !isOurs;
    return {
      target,
      cluster,
      release,
      fence,
      mark: `${release}/${fence}`,
      takenOver,
      lease: { current, renewedAt: now },
    };
  } catch (error) {
    // Somebody else was quicker: look again at who that is.
    if (error instanceof RelctlError && error.code === 'cluster.conflict') return undefined;
    throw error;
  }
}

function holderName(content: LeaseContent | undefined): string {
  const holder = content?.holder;
  return holder === undefined
    ? 'nobody'
    : `${holder.actor} for ${holder.release} (${holder.run.host}, process ${holder.run.pid})`;
}

function lockHeld(
  cluster: Cluster,
  release: string,
  content: LeaseContent | undefined,
  obstacle: Obstacle,
): RelctlError {
  const held = content?.holder?.release ?? release;
  return new RelctlError(
    'cluster.lock-held',
    `${cluster.name} is locked by ${holderName(content)}: ${obstacle.reason}`,
    {
      why: 'Only one release at a time may change an environment, so that what was judged is what was changed.',
      hints:
        held === release
          ? [
              command`relctl status ${held}`,
              `${command`relctl deploy ${held} --resume`} waits for the lease to expire and continues`,
            ]
          : [
              command`relctl status ${held}`,
              `${held} releases the lock once it is deployed or rolled back: ${command`relctl rollback ${held}`}`,
            ],
      data: { holder: content?.holder, expiresInMs: obstacle.expiresIn },
    },
  );
}
