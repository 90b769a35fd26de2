import type { Config } from '../../plan/config.ts';
import type { Bound } from './bound.ts';

/**
 * What a way back asks of each key of relctl.yaml. `place`: it says where production is, or what is undone there and how, so that another value
 * would have it touch something else, or nothing. The other keys may be what they like: a way back is not kept from them.
 */
export const WAY_BACK = {
  apiVersion: 'nothing',
  kind: 'nothing',
  process: 'nothing',
  platform: 'place',
  team: 'nothing',
  protectedBranch: 'nothing',
  timeZone: 'nothing',
  environments: 'place',
  manifests: 'place',
  services: 'place',
  shared: 'nothing',
  metrics: 'nothing',
  notifications: 'nothing',
  probes: 'nothing',
  provenance: 'nothing',
  changeRecord: 'nothing',
  forge: 'nothing',
  incidents: 'nothing',
  runner: 'nothing',
} as const satisfies Record<keyof Config, 'place' | 'nothing'>;

/** Parts of these that a way back does not use: where production is watched, and what plans are drafted from. */
const UNUSED = [
  /^environments\.staging\./,
  /^environments\.production\.(?:regions\[\d+\]\.)?(?:host|prometheus|metrics|alertmanager|critical|matcher)\b/,
  /^services\.[^.]+\.(?:paths|canary|dependsOn)\b/,
];

/** Of what is bound the fields of relctl.yaml that a way back rests on. */
export function placesOf(bound: Bound): Bound {
  return Object.fromEntries(
    Object.entries(bound).filter(([name]) => {
      const path = /^relctl\.yaml (.*)$/.exec(name)?.[1];
      const [key = ''] = /^[A-Za-z]+/.exec(path ?? '') ?? [];
      return path !== undefined && isPlace(key) && !UNUSED.some((part) => part.test(path));
    }),
  );
}

function isPlace(key: string): boolean {
  return Object.hasOwn(WAY_BACK, key) && WAY_BACK[key as keyof typeof WAY_BACK] === 'place';
}
