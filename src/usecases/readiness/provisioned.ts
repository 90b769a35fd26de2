import type { Condition } from '../../domain/kubernetes/condition.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { Spec } from '../../plan/spec.ts';
import type { RecordedCheck } from '../checks/check-lines.ts';
import { recordedEnd } from '../checks/command-end.ts';
import { clusterOf } from '../cluster/run.ts';
import type { Context } from '../release/context.ts';

type Resource = Spec['resources'][number];
type Finding = Pick<RecordedCheck, 'ok' | 'detail'>;

const TIMEOUT = '60s';

/** Looks at what Operations was to provide, in the way that the plan says. */
export async function checkResource(context: Context, resource: Resource): Promise<RecordedCheck> {
  return { name: `resource ${resource.name} (${resource.environment})`, ...(await look(context, resource)) };
}

function look(context: Context, resource: Resource): Promise<Finding> | Finding {
  const { object, command, http, tcp, environment, keepOutput } = resource;
  const timeout = durationSeconds(resource.timeout ?? TIMEOUT) * 1000;
  if (command !== undefined) return byCommand(context, command, timeout, keepOutput);
  if (http !== undefined) return byUrl(context, http, timeout);
  if (tcp !== undefined) return byPort(context, tcp, timeout);
  if (object !== undefined) return byObject(context, environment, object);
  return { ok: false, detail: 'the plan does not say how to check it' };
}

async function byCommand(
  context: Pick<Context, 'environments'>,
  argv: readonly string[],
  timeout: number,
  keepOutput: boolean | undefined,
): Promise<Finding> {
  const end = await context.environments.commands.run(argv, { timeout });
  return { ok: end.exitCode === 0, detail: recordedEnd(argv, end, keepOutput).detail };
}

async function byUrl(
  context: Pick<Context, 'environments'>,
  http: NonNullable<Resource['http']>,
  timeout: number,
): Promise<Finding> {
  const { status, body } = await context.environments.http.request(http.url, { timeout });
  if (status === null) return { ok: false, detail: `${http.url}: ${body}` };
  return status === http.status
    ? { ok: true, detail: `${http.url} answers ${status}` }
    : { ok: false, detail: `${http.url} answers ${status}, not ${http.status}` };
}

async function byPort(
  context: Pick<Context, 'environments'>,
  tcp: NonNullable<Resource['tcp']>,
  timeout: number,
): Promise<Finding> {
  const { connected, detail } = await context.environments.tcp.connect(tcp.host, tcp.port, { timeout });
  return { ok: connected, detail: `${tcp.host} port ${tcp.port}: ${detail}` };
}

async function byObject(
  context: Context,
  environment: Resource['environment'],
  object: NonNullable<Resource['object']>,
): Promise<Finding> {
  const cluster = clusterOf(context, environment);
  const shown = `${object.kind}/${object.name}`;
  // Of a Secret nothing but its being there is of interest, and nothing else is read.
  if (object.kind === 'Secret' && object.apiVersion === 'v1') {
    const keys = await cluster.keys({ kind: 'Secret', name: object.name });
    return keys === undefined
      ? { ok: false, detail: `${shown} does not exist in ${cluster.name}` }
      : { ok: true, detail: `${shown} exists, with ${keys.length === 1 ? 'one key' : `${keys.length} keys`}` };
  }
  const live = await cluster.get(object);
  if (live === undefined) return { ok: false, detail: `${shown} does not exist in ${cluster.name}` };
  if (object.condition === undefined) return { ok: true, detail: `${shown} exists` };
  const { conditions } = (live.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const condition = conditions?.find((one) => one.type === object.condition);
  return condition?.status === 'True'
    ? { ok: true, detail: `${shown} is ${object.condition}` }
    : {
        ok: false,
        detail: `${shown} is not ${object.condition}${condition?.message ? `: ${condition.message}` : ''}`,
      };
}
