import { AUTOSCALER } from '../../domain/deployment/autoscaling.ts';
import { strained, type Unfit, unchangedImage, unfitObject, unrestorable } from '../../domain/deployment/fitness.ts';
import { rehearsalObjects, rewrittenImages } from '../../domain/deployment/rehearsal-objects.ts';
import { applicationRef, keeperTitle } from '../../domain/gitops/application.ts';
import type { ImageChange } from '../../domain/gitops/edit-images.ts';
import { isWorkload } from '../../domain/kubernetes/find-workload.ts';
import { healthOf } from '../../domain/kubernetes/health.ts';
import { nameOf } from '../../domain/kubernetes/manifests.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { refOf } from '../cluster/apply.ts';
import { stopIfInterrupted } from '../cluster/interrupted.ts';
import { NOT_ASKED } from '../cluster/not-asked.ts';
import { listIfAllowed, listIfKnown } from '../cluster/optional-kinds.ts';
import { clusterOf } from '../cluster/run.ts';
import { unfitForCommits } from '../gitops/fitness.ts';
import { imageChange } from '../gitops/image-changes.ts';
import type { Context } from '../release/context.ts';
import type { ServiceChanges } from './changes.ts';

/** Why a person lets a release go on in a production that is not well. */
export interface AcceptedSickness {
  readonly reason: string;
  readonly findings: readonly string[];
}

/**
 * What in production stands in the way of a deployment: objects that are paused, going, kept by another controller or not well, and
 * everything that the API server would refuse of what will be written. Nothing is written to find out.
 * @param changes what would be written, by service and target
 */
export async function findUnfit(context: Context, changes: readonly ServiceChanges[]): Promise<readonly Unfit[]> {
  const targets = [...new Set(changes.map(({ target }) => target))];
  const found = await Promise.all(
    targets.map(async (target) => {
      const here = changes.filter((one) => one.target === target);
      const rollout = here.flatMap((one) => one.rollout);
      const canary = here.flatMap((one) => one.canary);
      const standing = [...(await findIn(context, target, rollout, canary)), ...here.flatMap(unchanged)];
      return gitopsOf(context.config) === undefined
        ? standing
        : [...standing, ...(await unfitForCommits(context, target, imagesOf(here)))];
    }),
  );
  return found.flat();
}

function unchanged({ target, ground, service: { name, deployment, container } }: ServiceChanges): readonly Unfit[] {
  return ground === undefined || deployment === undefined || container === undefined
    ? []
    : unchangedImage(target, name, deployment, ground.stable, container);
}

/** The images that a rollout changes. */
function imagesOf(changes: readonly ServiceChanges[]): readonly ImageChange[] {
  return changes.flatMap(({ service: { deployment, container, ...service }, ground }) =>
    deployment === undefined || container === undefined
      ? []
      : [imageChange({ ...service, deployment, container }, ground?.stable)],
  );
}

/** How long what moves is given, and milliseconds between looks: autoscalers add pods at any moment, and nodes are replaced. */
const SETTLE_MS = 30_000;
const SETTLE_LOOK_MS = 5_000;

/** The same for a deployment that is about to begin: what may be well in a moment is given that moment. Errors: `answer.interrupted`. */
export async function findUnfitOnceSettled(
  context: Context,
  changes: readonly ServiceChanges[],
): Promise<readonly Unfit[]> {
  const { clock, sink, interruption } = context;
  const deadline = clock.now() + SETTLE_MS;
  for (;;) {
    const unfit = await findUnfit(context, changes);
    const moving = unfit.filter((one) => one.moving === true);
    const isRefused = unfit.some(({ weight }) => weight === 'refused');
    if (moving.length === 0 || isRefused || clock.now() >= deadline) return unfit;
    for (const { object, problem } of moving) sink.emit({ type: 'waiting', subject: object, detail: problem });
    await clock.sleep(SETTLE_LOOK_MS, interruption.signal);
    stopIfInterrupted(context);
  }
}

async function findIn(
  context: Context,
  target: string,
  rollout: readonly KubeObject[],
  canary: readonly KubeObject[],
): Promise<readonly Unfit[]> {
  const cluster = clusterOf(context, target);
  const kubectl = command`kubectl -n ${cluster.namespace}`;
  const settings = gitopsOf(context.config);
  const keeper = settings && keeperTitle(applicationRef(settings));
  const [replicaSets, pods, autoscalers, budgets, lives, changed] = await Promise.all([
    cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }),
    cluster.list({ apiVersion: 'v1', kind: 'Pod' }),
    listIfKnown(cluster, [AUTOSCALER.apiVersion], AUTOSCALER.kind),
    listIfAllowed(cluster, ['policy/v1', 'policy/v1beta1'], 'PodDisruptionBudget'),
    Promise.all(rollout.map((object) => cluster.get(refOf(object)))),
    Promise.all(canary.map((object) => cluster.get(refOf(object)))),
  ]);
  const standing = lives.flatMap((live) => {
    if (live === undefined) return [];
    const health = isWorkload(live) ? healthOf(live, replicaSets, pods) : undefined;
    const managers = cluster.managersOf(live);
    return unfitObject({ target, live, managers, health, kubectl, keeper, isWritten: settings === undefined });
  });
  // What a canary changes may be what the rollout does, and may be none of it, such as a route of others.
  const meanwhile = changed.flatMap((live) =>
    live === undefined ? [] : unfitObject({ target, live, managers: cluster.managersOf(live), kubectl, keeper }),
  );
  const objects = rehearsalObjects(rollout, canary);
  const said = await cluster.rehearse(objects);
  const refused = said.flatMap((one, index): readonly Unfit[] => {
    const object = objects[index];
    return object === undefined ? [] : rehearsed(target, object, one, rollout);
  });
  const lasting = rollout.flatMap((object, index) => unrestorable(target, object, lives[index]));
  return [
    ...withoutTwins([...standing, ...meanwhile]),
    ...refused,
    ...lasting,
    ...strained(target, autoscalers, budgets),
  ];
}

function withoutTwins(unfit: readonly Unfit[]): readonly Unfit[] {
  return unfit.filter((one, index) => unfit.findIndex(({ problem }) => problem === one.problem) === index);
}

function rehearsed(
  target: string,
  object: KubeObject,
  said: { readonly object: KubeObject } | { readonly refused: string },
  rollout: readonly KubeObject[],
): readonly Unfit[] {
  const name = nameOf(object);
  if ('refused' in said) {
    const isNo = !NOT_ASKED.test(said.refused);
    const fix = `change in ${target} what refuses it, or ${name} in the candidate's manifests: the sentence of the API server names the rule`;
    const problem = isNo
      ? `${name} would be refused: ${said.refused}`
      : `whether ${name} would be taken could not be asked: ${said.refused}`;
    return [
      { weight: isNo ? 'refused' : 'told', code: 'rejected', target, object: name, problem, fix: isNo ? fix : '' },
    ];
  }
  if (!rollout.includes(object)) return [];
  return rewrittenImages(object, said.object).map(([sent, taken]) => ({
    weight: 'told',
    code: 'rewritten',
    target,
    object: name,
    problem: `an admission webhook makes ${taken} of the image ${sent} in ${name}`,
    fix: '',
  }));
}

/**
 * Refuses a deployment that would fail or be undone, and asks why where production is not well; says the rest.
 * @param reason what the flag says
 * @returns why it goes on in a production that is not well; `undefined` for one that is well
 * @throws RelctlError `production.unfit`, `production.reconciled`, `production.sick`, all before anything is announced or written
 */
export async function requireFit(
  context: Context,
  id: string,
  unfit: readonly Unfit[],
  reason: string | undefined,
): Promise<AcceptedSickness | undefined> {
  const of = (weight: Unfit['weight']) => unfit.filter((one) => one.weight === weight);
  const refused = of('refused');
  const [first] = refused;
  if (first !== undefined) {
    const isReconciled = refused.every(({ code }) => code === 'reconciled');
    throw new RelctlError(isReconciled ? 'production.reconciled' : 'production.unfit', problemsOf(refused), {
      why: 'It was found before anything was announced or written; the release would have stopped half-way, or would have been undone.',
      hints: [
        ...new Set(refused.map(({ fix }) => fix).filter(Boolean)),
        command`relctl deploy ${id}`,
        'once it is fixed',
        command`relctl deploy ${id} --dry-run`,
        'looks again and changes nothing',
      ],
      data: { unfit },
    });
  }
  for (const { target, problem } of of('told')) {
    context.sink.emit({ type: 'note', level: 'warning', text: `${target}: ${problem}` });
  }
  const sick = of('sick');
  if (sick.length === 0) return undefined;
  const why = reason ?? (await ask(context, sick));
  if (why === undefined) {
    throw new RelctlError('production.sick', problemsOf(sick), {
      why: 'A canary is compared with what runs now, and a rollback can only end where it began. If this release is what repairs it, say so.',
      hints: [
        ...new Set(sick.map(({ fix }) => fix)),
        `to deploy all the same: ${command`relctl deploy ${id} --reason "<why>"`}`,
      ],
      data: { unfit },
    });
  }
  return { reason: why, findings: sick.map(({ target, problem }) => `${target}: ${problem}`) };
}

async function ask({ prompter }: Pick<Context, 'prompter'>, sick: readonly Unfit[]): Promise<string | undefined> {
  if (!prompter.interactive) return undefined;
  await prompter.show([
    {
      kind: 'checks',
      checks: sick.map(({ target, problem }) => ({ state: 'warning', text: `${target}: ${problem}` })),
    },
  ]);
  return prompter.text({
    message: 'Production is not well. Why is it deployed to all the same?',
    flag: '--reason',
    validate: (answer) => answer.trim() !== '' || 'it is recorded: please write something, or interrupt',
  });
}

function problemsOf(unfit: readonly Unfit[]): string {
  return unfit.map(({ target, problem }) => `${target}: ${problem}`).join('; ');
}
