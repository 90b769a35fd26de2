import type { Config } from '../../plan/config.ts';
import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { Policy } from '../../plan/policy.ts';
import { ownOf } from '../../text/by-name.ts';
import type { StagedObjects } from '../kubernetes/staged-objects.ts';
import { decidingConfig } from './deciding.ts';
import { isVersion, otherMode } from './file-version.ts';

/**
 * All that decides what ships, where, and how it is judged, beside the plan: each field by its name, with its value or the digest of its
 * content. It is kept with the submission and with the staging, so that a later act can say which field is another.
 */
export type Bound = Readonly<Record<string, string>>;

/** What is read for it. */
export interface BoundFacts {
  readonly config: Config;
  readonly policy: Policy;
  /** Names of the services that the plan ships. */
  readonly services: readonly string[];
  /** Full id of the commit that the candidate is compared with. */
  readonly base: string;
  readonly objects: StagedObjects;
  /** Version of each file of the work tree that a command of the plan or relctl.yaml names, and of those beside it. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Puts the fields together. */
export function boundOf({ config, policy, services, base, objects, programs }: BoundFacts): Bound {
  return {
    ...fieldsOf('relctl.yaml', decidingConfig(config, services)),
    ...fieldsOf('policy', whatIsAskedOnce(policy)),
    'candidate.base': base,
    ...prefixed(
      'object ',
      Object.entries(objects).map(([name, text]) => [name, sha256(text)]),
    ),
    ...prefixed('program ', Object.entries(programs)),
  };
}

/**
 * What differs, in the order of the names, as sentences.
 * @param when when the earlier one was taken: `submitted` or `staged`
 */
export function boundDifferences(before: Bound, now: Bound, when: string): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [old, next] = [ownOf(before, name), ownOf(now, name)];
    if (old === next) return [];
    if (old === undefined) return [`${name} is new since it was ${when}`];
    if (next === undefined) return [`${name} is gone since it was ${when}`];
    if (name.startsWith('program ')) {
      if (isVersion(old, next)) return [];
      return [`${name} ${otherMode(old, next) ?? 'is not what'} was ${when}`];
    }
    if (name.startsWith('object ')) return [`${name} is not what was ${when}`];
    return [`${name} is ${short(next)}, and ${short(old)} was ${when}`];
  });
}

/**
 * The policy without what every act asks anew, as it then is: when changes may be made, who stands in for whom, which keys count, who
 * takes up a run that is dead, and how messages are worded. A new freeze has to hold at once, and must not void what was approved.
 */
function whatIsAskedOnce(policy: Policy): object {
  const {
    freezes: _freezes,
    changeWindows: _changeWindows,
    notifications: _notifications,
    delegates: _delegates,
    aliases: _aliases,
    machines: _machines,
    signing: _signing,
    changeRecord: _changeRecord,
    deadRuns: _deadRuns,
    ...rest
  } = policy;
  return rest;
}

/** Every leaf of a value by its path, such as `relctl.yaml services.api.manifests.production[0]`. */
function fieldsOf(file: string, value: unknown): Bound {
  const found: [string, string][] = [];
  const visit = (path: string, one: unknown): void => {
    if (one === undefined) return;
    if (Array.isArray(one)) {
      // The length is a field too: an empty list would else leave no trace.
      found.push([`${file} ${path}`, `${one.length} items`]);
      for (const [index, item] of one.entries()) visit(`${path}[${index}]`, item);
    } else if (typeof one === 'object' && one !== null) {
      for (const [key, item] of Object.entries(one)) visit(path === '' ? key : `${path}.${key}`, item);
    } else {
      found.push([`${file} ${path}`, canonicalJson(one)]);
    }
  };
  visit('', value);
  return Object.fromEntries(found);
}

function prefixed(prefix: string, entries: readonly (readonly [string, string])[]): Bound {
  return Object.fromEntries(entries.map(([name, value]) => [`${prefix}${name}`, value]));
}

function short(value: string): string {
  return value.length > 120 ? `${value.slice(0, 120)}…` : value;
}
