import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { nearest } from '../../text/nearest.ts';
import type { ActiveFault, WorldState } from './world-state.ts';

/** What can be made to go wrong in the simulated company. */

/**
 * `candidate`: hits versions that are deployed after the fault was switched on, and leaves alone what ran then, so that
 * rolling back cures it. `world`: hits everything, from now until it is switched off.
 */
export const FAULTS = {
  'canary-errors': { scope: 'candidate', about: 'new versions answer 1.5% of the requests with a server error' },
  'canary-latency': { scope: 'candidate', about: 'new versions take two and a half times as long to answer' },
  'cold-start': { scope: 'candidate', about: 'new versions are slow for the first minute of their requests' },
  'requests-lost': { scope: 'candidate', about: 'new versions lose a fifth of their requests before they count them' },
  'out-of-memory': {
    scope: 'candidate',
    about: 'containers of new versions are killed for their memory four minutes after they start, and start again',
  },
  'no-data': { scope: 'candidate', about: 'the metrics store gets no samples from the pods of new versions' },
  'crash-loop': { scope: 'candidate', about: 'containers of new versions exit soon after they start, again and again' },
  'image-missing': { scope: 'candidate', about: 'the registry does not have the images of new versions' },
  'shared-incident': {
    scope: 'world',
    about:
      'everything fails a tenth of its requests for half a minute, three minutes after a new version gets its first',
  },
  'sick-pod': { scope: 'world', about: 'the first of the stable pods answers 5% of the requests with an error' },
  'lost-target': { scope: 'world', about: 'the metrics store cannot reach the first of the stable pods' },
  'sticky-users': { scope: 'world', about: 'users stay at one pod, so that errors come four at a time' },
  'scrape-phases': { scope: 'world', about: 'each pod is scraped at a moment of its own, not all at once' },
  'coarse-buckets': { scope: 'world', about: "latency histograms have the client libraries' usual edges only" },
  'migration-failing': { scope: 'world', about: 'Jobs fail' },
  'smoke-failing': { scope: 'world', about: 'smoke tests fail: commands exit 1 and URLs answer 503' },
  'alert-never-fires': { scope: 'world', about: 'the new alerts are loaded, but never fire in staging' },
  'prometheus-down': { scope: 'world', about: 'the metrics store does not answer' },
  'cluster-unreachable': { scope: 'world', about: 'the API server does not answer' },
  'notification-failing': { scope: 'world', about: 'no message is delivered' },
  'change-record-down': { scope: 'world', about: 'the system of changes does not answer' },
  'change-rejected': { scope: 'world', about: 'change records are rejected' },
  'ops-resource-missing': { scope: 'world', about: 'what Operations was to pre-provision is not there' },
  'success-missed': { scope: 'world', about: 'success metrics stay at their baselines' },
  'no-go': { scope: 'world', about: 'one member of the CAB votes No-Go' },
  'qa-failing': { scope: 'world', about: 'QA finds a regression and rejects the candidate' },
} as const satisfies Record<string, { readonly scope: 'candidate' | 'world'; readonly about: string }>;

/** Name of a fault. */
export type FaultName = keyof typeof FAULTS;

/** Where a fault is: one service or all, one environment or all. */
export interface FaultPlace {
  readonly service?: string;
  readonly environment?: 'staging' | 'production';
}

/** A fault as it is told to people. */
export interface FaultListing extends FaultPlace {
  readonly name: FaultName;
  /** One sentence. */
  readonly about: string;
  readonly scope: 'candidate' | 'world';
  readonly on: boolean;
  /** Milliseconds since the epoch, when it is on. */
  readonly since?: number;
}

/** True when a fault of this name is on at this place. */
export function faultOn(state: WorldState, name: FaultName, place: FaultPlace = {}): boolean {
  return state.faults.some((fault) => fault.name === name && covers(fault, place));
}

/** Names of the faults that a version suffers from when it is deployed now. Tags such as `crash` work without any fault. */
export function effectsOn(state: WorldState, place: Required<FaultPlace>, image: string): string[] {
  const effects = new Set<string>();
  for (const fault of state.faults) {
    if (FAULTS[fault.name as FaultName]?.scope !== 'candidate' || !covers(fault, place)) continue;
    if (!fault.spared.includes(image)) effects.add(fault.name);
  }
  for (const [word, effect] of TAGS) if (tagOf(image).includes(word)) effects.add(effect);
  return [...effects].sort();
}

/** Every fault with whether it is on, in the order of the registry; one that is on at several places stands several times. */
export function listFaults(state: WorldState): readonly FaultListing[] {
  return (Object.keys(FAULTS) as FaultName[]).flatMap((name): FaultListing[] => {
    const on = state.faults.filter((fault) => fault.name === name);
    const { about, scope } = FAULTS[name];
    return on.length === 0
      ? [{ name, about, scope, on: false }]
      : on.map((f) => ({ name, about, scope, on: true, ...placeOf(f) }));
  });
}

/** The name of a fault that a person typed. Errors: `usage.bad-flag`. */
export function requireFault(name: string): FaultName {
  if (Object.hasOwn(FAULTS, name)) return name as FaultName;
  throw new RelctlError('usage.bad-flag', `the sandbox knows no fault "${name}"`, {
    why: 'Only these can be switched on.',
    hints: [
      ...nearest(name, Object.keys(FAULTS)).map((one) => command`relctl sandbox fault ${one}`),
      'relctl sandbox show',
      'lists every fault and what it does',
    ],
  });
}

/** The tag of an image, or of the images of several containers; a digest has none. */
export function tagOf(image: string): string {
  return image
    .split(',')
    .map((each) => /:([\w.-]+)(@|$)/.exec(each)?.[1] ?? '')
    .join(',');
}

/** Tags of images that behave badly by themselves. */
const TAGS = [
  ['bad-errors', 'canary-errors'],
  ['bad-slow', 'canary-latency'],
  ['crash', 'crash-loop'],
  ['missing', 'image-missing'],
] as const;

function covers(fault: ActiveFault, place: FaultPlace): boolean {
  const service = fault.service === undefined || place.service === undefined || fault.service === place.service;
  const environment =
    fault.environment === undefined || place.environment === undefined || fault.environment === place.environment;
  return service && environment;
}

function placeOf(fault: ActiveFault): FaultPlace & { since: number } {
  return {
    since: fault.since,
    ...(fault.service === undefined ? {} : { service: fault.service }),
    ...(fault.environment === undefined ? {} : { environment: fault.environment }),
  };
}
