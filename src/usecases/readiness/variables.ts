import { productionTargets } from '../../domain/deployment/steps.ts';
import { keysOf, type VariableSource, variableSources } from '../../domain/readiness/variable-sources.ts';
import type { Spec } from '../../plan/spec.ts';
import type { Cluster, KeyedRef, KubeObject } from '../../ports/cluster.ts';
import type { RecordedCheck } from '../checks/check-lines.ts';
import { refOf } from '../cluster/apply.ts';
import { type DesiredService, desiredService } from '../cluster/desired-objects.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';

/**
 * Whether each new variable is set where the plan says so: in staging as it runs, in production as it would run. Only names are
 * looked at, never values. Those of which the plan says no environment are named: nobody has looked at them.
 */
export async function checkVariables(context: Context, release: Release): Promise<readonly RecordedCheck[]> {
  const { spec } = release.journal.plan;
  const checks: RecordedCheck[] = [];
  for (const variable of spec.environmentVariables) {
    for (const environment of variable.setIn) {
      for (const service of variable.services) {
        const targets = environment === 'staging' ? ['staging'] : productionTargets(context.config);
        for (const target of targets) {
          checks.push(await checkVariable(context, spec, { variable: variable.name, service, environment, target }));
        }
      }
    }
  }
  return [...checks, ...unsaidCheck(spec.environmentVariables.filter((variable) => variable.setIn.length === 0))];
}

function unsaidCheck(variables: Spec['environmentVariables']): readonly RecordedCheck[] {
  if (variables.length === 0) return [];
  const count = variables.length === 1 ? 'one new variable' : `${variables.length} new variables`;
  const names = variables.map((variable) => variable.name).join(', ');
  const detail = `by the plan ${count} ${variables.length === 1 ? 'is' : 'are'} set nowhere (setIn is empty), so nothing was checked: ${names}`;
  return [{ name: 'variables set nowhere', ok: true, warning: true, detail }];
}

interface Question {
  readonly variable: string;
  readonly service: string;
  readonly environment: 'staging' | 'production';
  readonly target: string;
}

async function checkVariable(context: Context, spec: Spec, asked: Question): Promise<RecordedCheck> {
  const { variable, service, environment, target } = asked;
  const name = `variable ${variable} (${service} in ${target})`;
  const image = spec.services.find((one) => one.name === service)?.image ?? '';
  const desired = await desiredService(context, spec.candidate.commit, environment, service, image);
  const cluster = clusterOf(context, target);
  const deployment = environment === 'staging' ? await cluster.get(refOf(desired.deployment)) : desired.deployment;
  if (deployment === undefined) return { name, ok: false, detail: `${service} does not run in ${cluster.name}` };
  const sources = variableSources(deployment, desired.container, variable);
  if (sources.length === 0) {
    return { name, ok: false, detail: `nothing sets it for container ${desired.container}` };
  }
  const looked: string[] = [];
  for (const source of sources) {
    if (source.kind === 'template') return { name, ok: true, detail: 'set in the pod template' };
    const shown = `${source.from.kind} ${source.from.name}`;
    const keys = await keysIn(cluster, desired, source);
    if (keys?.includes(source.key) === true) return { name, ok: true, detail: `from ${shown}` };
    looked.push(keys === undefined ? `${shown} does not exist` : `${shown} has no key ${source.key}`);
  }
  return { name, ok: false, detail: looked.join('; ') };
}

/** Keys of what the candidate brings along, or else of what is in the cluster. */
async function keysIn(
  cluster: Cluster,
  desired: DesiredService,
  { from }: Exclude<VariableSource, { kind: 'template' }>,
): Promise<readonly string[] | undefined> {
  const own = desired.others.find((object) => isIt(object, from));
  return own === undefined ? cluster.keys(from) : keysOf(own);
}

function isIt(object: KubeObject, { kind, name }: KeyedRef): boolean {
  return object.apiVersion === 'v1' && object.kind === kind && object.metadata.name === name;
}
