import { deploymentSteps, productionTargets } from '../../domain/deployment/steps.ts';
import { GATES } from '../../domain/gates/gate.ts';
import type { Block, Check, Outcome } from '../../domain/outcome/outcome.ts';
import { decide, PROCESS } from '../../domain/process/process.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { plural } from '../../text/plural.ts';
import { onceSubmitted } from '../binding/once-submitted.ts';
import { expectVisibility } from '../canary/expectation.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import { openRelease } from '../release/open.ts';
import { lookedUp } from '../release/pass-gates.ts';
import { allChanges, type ServiceChanges } from './changes.ts';
import { findUnfit } from './fitness.ts';
import { obstaclesOf } from './obstacles.ts';
import { checkIdentities } from './open-run.ts';
import { effectOf } from './step-effects.ts';

/** A part of the deployment in a target with what it would change, as a unified diff. */
interface Difference {
  readonly target: string;
  readonly part: 'canary' | 'rollout';
  readonly diff: string;
}

/**
 * Shows a deployment as it would run now: what the gates say, every step, and the exact changes. It writes nothing, takes no
 * lock, records nothing, and works at any time, so also before the window.
 * @throws RelctlError `config.unreviewed`, `cluster.wrong-identity`, `cluster.unreachable`, `config.*`, `evidence.unreadable`
 */
export async function previewDeploy(given: Context, id: string): Promise<Outcome> {
  const context = { ...given, manifests: onceSubmitted(given, id) };
  const release = await openRelease(context, id);
  const { plan } = release.journal;
  const targets = productionTargets(context.config);
  const clusters = await checkIdentities(context, targets);
  const refusals = decide('deploy', await lookedUp(context, release, 'deploy'));
  const changes = await allChanges(context, release, targets);
  await expectVisibility(context, release);
  const differences = await compare(context, targets, changes);
  const channels = context.notifier.channelsFor('deploy.starting').map((channel) => channel.name);
  const steps = deploymentSteps(plan.spec, context.config)
    .flat()
    .map((step) => ({ id: step.id, title: step.title, effect: effectOf(plan.spec, step, changes, channels) }));
  const obstacles = obstaclesOf(plan, changes);
  const unfit = await findUnfit(context, changes);
  const stops = refusals.length + obstacles.length + unfit.filter(({ weight }) => weight !== 'told').length;
  return {
    result: 'done',
    headline: `${plan.metadata.feature}: ${steps.length} steps${stops === 0 ? '' : `, of which none would run now: ${plural(stops, 'thing stands', 'things stand')} in the way`}. Nothing was written`,
    blocks: [
      {
        kind: 'checks',
        checks: [
          ...gateChecks(
            id,
            refusals.map(({ gate, sentence }) => [gate, sentence] as const),
          ),
          ...obstacles.map(
            ({ target, problem, hints }): Check => ({
              state: 'failed',
              text: `${target}: ${problem}`,
              detail: hints.join('; '),
            }),
          ),
          ...unfit.map(
            ({ weight, target, problem, fix }): Check => ({
              state: weight === 'refused' ? 'failed' : 'warning',
              text: `${target}: ${problem}`,
              ...(fix === '' ? {} : { detail: fix }),
            }),
          ),
        ],
      },
      { kind: 'table', columns: ['step', 'what it does'], rows: steps.map(({ title, effect }) => [title, effect]) },
      ...differences.flatMap(differenceBlocks),
    ],
    data: {
      release: id,
      phase: release.journal.state.phase,
      strategy: plan.spec.canary.strategy,
      clusters,
      refusals,
      obstacles,
      unfit,
      steps,
      differences,
    },
    simulated: context.environments.simulated,
  };
}

async function compare(
  context: Context,
  targets: readonly string[],
  changes: readonly ServiceChanges[],
): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for (const target of targets) {
    const here = changes.filter((one) => one.target === target);
    for (const part of ['canary', 'rollout'] as const) {
      const objects: readonly KubeObject[] = here.flatMap((one) => one[part]);
      if (objects.length === 0) continue;
      found.push({ target, part, diff: await clusterOf(context, target).diff(objects) });
    }
  }
  return found;
}

function gateChecks(
  id: string,
  refusals: readonly (readonly [gate: keyof typeof GATES, sentence: string])[],
): readonly Check[] {
  if (refusals.length === 0) return [{ state: 'ok', text: `every gate of ${PROCESS.deploy.command(id)} is open` }];
  return refusals.map(([gate, sentence]) => ({ state: 'pending', text: GATES[gate].title, detail: sentence }));
}

function differenceBlocks({ target, part, diff }: Difference): readonly Block[] {
  const title = part === 'canary' ? `The canary in ${target}` : `The rollout in ${target}`;
  return diff === ''
    ? [
        { kind: 'heading', text: title },
        { kind: 'text', text: 'changes nothing' },
      ]
    : [
        { kind: 'heading', text: title },
        { kind: 'verbatim', text: diff },
      ];
}
