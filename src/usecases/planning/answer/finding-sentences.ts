import type { DependencyFinding, Impact } from '../../../evidence/impact/findings.ts';
import { placeOf, placesOf } from './places.ts';
import { unmappedGroups, unmappedSentence } from './unmapped.ts';

/**
 * What was read from the difference, as sentences for `spec.impact.findings`: each names its evidence in brackets at the
 * end. What has its own place in the plan (new variables, new migrations, new alerts) is not repeated.
 */
export function findingSentences(impact: Impact): readonly string[] {
  return [
    ...impact.environmentVariables
      .filter((one) => one.change !== 'added' || one.buildTime)
      .map((one) => {
        const what = one.buildTime ? 'Build-time variable' : 'Environment variable';
        const note = one.note === undefined ? '' : `: ${one.note}`;
        return `${what} ${one.name} is ${PAST[one.change]}${note} (${placesOf(one.seen, 1)})`;
      }),
    ...impact.migrations
      .filter((one) => one.change !== 'added')
      .map((one) =>
        one.change === 'changed'
          ? `Migration ${one.id} was edited although it may have run already (${placeOf(one.seen)})`
          : `Migration ${one.id} was removed (${placeOf(one.seen)})`,
      ),
    ...impact.migrations
      .filter((one) => one.change === 'added')
      .flatMap((one) =>
        one.operations.map(
          (operation) =>
            `Migration ${one.id} ${EFFECTS[operation.effect]}: ${operation.text} (${one.seen.file}:${operation.line})`,
        ),
      ),
    ...impact.migrations.flatMap((one) =>
      (one.conflicts ?? []).map((text) => `Migrations of ${one.tool} are out of order: ${text} (${placeOf(one.seen)})`),
    ),
    ...impact.resources.map(
      (one) =>
        `${one.kind} ${one.name === '' ? 'of a template' : one.name} is ${PAST[one.change]} (${placeOf(one.seen)})`,
    ),
    ...impact.monitoring
      .filter((one) => one.kind === 'dashboard' || one.change !== 'added')
      .map(
        (one) =>
          `${one.kind === 'alert' ? 'Alert' : 'Dashboard'} ${one.name} is ${PAST[one.change]} (${placeOf(one.seen)})`,
      ),
    ...impact.exposure.map(
      (one) => `${one.kind === 'port' ? 'Port' : 'Permission'} ${PAST[one.change]}: ${one.text} (${placeOf(one.seen)})`,
    ),
    ...dependenciesByService(impact.dependencies).flatMap(dependencySentences),
    ...unmappedGroups(impact.unmappedFiles).map(unmappedSentence),
    ...impact.unread.map(({ file, reason }) => `Not analysed, so a finding may be missing: ${reason} (${file})`),
  ];
}

const PAST = { added: 'added', changed: 'changed', removed: 'removed' } as const;
const EFFECTS = {
  destroys: 'destroys data',
  breaks: 'breaks the version that runs now',
  locks: 'locks a table while it runs',
  unknown: 'is for a person to judge',
} as const;

/** More than this are one line: nobody reads a hundred. */
const FEW = 5;
/** Of many, so many are named. */
const NAMED = 3;

/** What ships with a service, together; what is only built or tested with is left out. */
export function dependenciesByService(
  dependencies: readonly DependencyFinding[],
): readonly { readonly of: string; readonly all: readonly DependencyFinding[] }[] {
  const groups = new Map<string, DependencyFinding[]>();
  for (const one of dependencies.filter(({ development }) => !development)) {
    const of = one.services.join(', ');
    groups.set(of, [...(groups.get(of) ?? []), one]);
  }
  return [...groups].map(([of, all]) => ({ of, all }));
}

/** Versions of a dependency, such as `1.2.0 → 1.3.0`. */
export function versionsOf({ from, to }: DependencyFinding): string {
  return [from, to].filter((one) => one !== undefined).join(' → ');
}

function dependencySentences({ of, all }: ReturnType<typeof dependenciesByService>[number]): readonly string[] {
  const [first] = all;
  if (all.length <= FEW || first === undefined) return all.map(dependencySentence);
  const named = all.slice(0, NAMED).map((one) => `${one.name} ${versionsOf(one)}`.trim());
  const whose = of === '' ? '' : ` of ${of}`;
  return [
    `${all.length} dependencies${whose} change: ${named.join(', ')} and ${all.length - NAMED} more (${placeOf(first.seen)})`,
  ];
}

function dependencySentence(one: DependencyFinding): string {
  const versions =
    one.change === 'changed'
      ? ` from ${one.from ?? '?'} to ${one.to ?? '?'}`
      : one.to === undefined
        ? ''
        : ` ${one.to}`;
  return `Dependency ${one.name} (${one.ecosystem}) is ${PAST[one.change]}${versions} (${placeOf(one.seen)})`;
}

/** A sentence without its evidence: two sentences with the same core are one finding that moved. */
export function coreOf(sentence: string): string {
  return sentence.replace(/ \([^()]*(?:\(in the base\))?\)$/, '');
}
