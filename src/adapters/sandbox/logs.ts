import { fieldsAt } from './merge.ts';
import { listObjects } from './object-store.ts';
import { crashLoop } from './pods.ts';
import type { TargetState, WorldState } from './world-state.ts';

/** What a simulated pod has written: enough to see why it does not run. Empty for a pod that is not there. */
export function podLog(
  state: WorldState,
  target: TargetState,
  name: string,
  options: { readonly container?: string; readonly tail: number; readonly previous?: boolean },
): string {
  const pod = listObjects(state, target, { apiVersion: 'v1', kind: 'Pod' }).find((each) => each.metadata.name === name);
  if (pod === undefined) return '';
  const statuses = fieldsAt(pod, 'status').containerStatuses;
  const all = (Array.isArray(statuses) ? statuses : []).map((each) => fieldsAt(each));
  const status = options.container === undefined ? all[0] : all.find((each) => each.name === options.container);
  if (status === undefined) return '';
  const lines = linesOf(state, pod.metadata.creationTimestamp ?? '', status, options.previous === true);
  return lines
    .slice(-options.tail)
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(
  state: WorldState,
  created: string,
  status: Readonly<Record<string, unknown>>,
  previous: boolean,
): readonly string[] {
  const image = String(status.image);
  const exit = fieldsAt(status, 'state', 'terminated').exitCode;
  if (exit === 0) return [`simulated: ${image} does its work`, 'simulated: done'];
  if (exit !== undefined) return [`simulated: ${image} does its work`, 'simulated: error: cannot alter the table'];
  const crashed = fieldsAt(status, 'lastState').terminated !== undefined;
  if (crashed) {
    const { running } = crashLoop(state.now - Date.parse(created));
    const words = ['simulated: starting', 'simulated: fatal: required setting is missing, exiting with status 1'];
    return running && !previous ? words.slice(0, 1) : words;
  }
  const started = fieldsAt(status, 'state').running !== undefined;
  return started && !previous ? ['simulated: starting', `simulated: ${image} listens on port 8080`] : [];
}
