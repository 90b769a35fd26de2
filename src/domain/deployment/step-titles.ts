import { PRODUCT } from '../kubernetes/own-objects.ts';

/** What is done to a service, in words. */
export const SERVICE_TITLES = {
  prepare: (service: string) => `Prepare ${service}`,
  canary: (service: string) => `Start the canary of ${service}`,
  expose: (service: string) => `Send the canary of ${service} its share`,
  rollout: (service: string) => `Roll out ${service}`,
  hide: (service: string) => `Send the canary of ${service} no more requests`,
  retire: (service: string) => `Remove the canary of ${service}`,
} as const;

/** What is done to one service in one target. `expose` sends the canary its share, `hide` takes it away again. */
export type ServiceStepKind = keyof typeof SERVICE_TITLES;

/** The steps of a rollback, in their order, in words. */
export const UNDO_TITLES = {
  traffic: 'Send the canary no more requests',
  canaries: 'Remove the canary from production',
  commit: 'Take the commit in the config repository back',
  objects: 'Restore the snapshot of production',
  migrations: 'Undo the migrations',
  additions: 'Remove what the release had added',
  verify: 'Compare production with the snapshot',
} as const;

/** Steps that are told alike wherever they are. */
export const PLAIN_TITLES = {
  notify: 'Announce the deployment',
  bake: 'Watch the canary',
  promote: 'Promote',
  commit: 'Commit the images to the config repository',
} as const;

/** The region of a target such as `production/eu-2`; `undefined` for an environment without regions. */
export function regionOf(target: string): string | undefined {
  return target.split('/')[1];
}

/** Title of a step that is done to a service, with the region of its target. */
export function serviceTitle(kind: ServiceStepKind, service: string, target: string): string {
  const region = regionOf(target);
  const what = SERVICE_TITLES[kind](service === PRODUCT ? 'what the product shares' : service);
  return region === undefined ? what : `${what} in ${region}`;
}

const found = <T extends object>(table: T, key: string): T[keyof T] | undefined =>
  Object.hasOwn(table, key) ? table[key as keyof T] : undefined;

/**
 * A step of a deployment or rollback in words, by the id that a history knows it by: plan and configuration, from which its full title is
 * made, may be others by now. An id of no known form is given as it stands.
 */
export function titleOfStep(id: string): string {
  const [, kind = '', name = '', target = ''] = /^([a-z]+)(?::([^@]*))?(?:@(.*))?$/.exec(id) ?? [];
  if (found(SERVICE_TITLES, kind) !== undefined && name !== '') {
    return serviceTitle(kind as ServiceStepKind, name, target);
  }
  if (kind === 'undo') return found(UNDO_TITLES, name) ?? id;
  if (kind === 'baseline') return `Take a snapshot of ${target}`;
  if (kind === 'migrate') return `Migrate ${name}`;
  if (kind === 'job') return `Run Job ${name}`;
  if (kind === 'soak') return `Watch the regions of wave ${name}`;
  if (kind === 'sync') return `Wait until ${target} is ready at the commit`;
  return found(PLAIN_TITLES, kind) ?? id;
}
