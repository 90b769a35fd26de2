import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import type { Found } from '../../../errors.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';

/** A finding of the check with its place in the file, as `--json` documents it. */
export interface PlacedFinding extends PlanFinding {
  /** `file:line:column`. */
  readonly at: string;
}

/** Puts the place of a finding to it. */
export function placed(plan: Pick<ReleasePlan, 'place' | 'file'>, finding: PlanFinding): PlacedFinding {
  const { file, line, column } = plan.place(finding.path);
  return { ...finding, at: [file, line, column].filter((part) => part !== undefined).join(':') };
}

/**
 * Findings as a checklist: what is wrong, what waits for a person to write, what to look at. What is said of many services alike is said
 * once, with the others' names: twenty times the same cure hide what needs another.
 */
export function findingChecks(findings: readonly PlacedFinding[]): readonly Found[] {
  const order: readonly Found['state'][] = ['failed', 'pending', 'warning'];
  return alike(findings)
    .map((group): Found => {
      const { at, code, severity, problem } = group[0];
      const state = severity === 'warning' ? 'warning' : code === 'plan.unwritten' ? 'pending' : 'failed';
      return { state, text: `${at} ${problem}`, detail: cureOf(group) };
    })
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

function cureOf([first, ...others]: Group): string {
  return others.length === 0 ? first.fix : `${first.fix}; ${theSame(first, others)}`;
}

/** As many findings as are said one by one. */
const FEW = 2;

type Group = readonly [first: PlacedFinding, ...others: PlacedFinding[]];

/** Groups of findings with one cure, in the order of their first; few of a kind stay single. */
function alike(findings: readonly PlacedFinding[]): readonly Group[] {
  const groups = new Map<string, PlacedFinding[]>();
  for (const one of findings) groups.set(kindOf(one), [...(groups.get(kindOf(one)) ?? []), one]);
  return findings.flatMap((one): readonly Group[] => {
    const [first = one, ...others] = groups.get(kindOf(one)) ?? [];
    if (others.length < FEW) return [[one]];
    return first === one ? [[first, ...others]] : [];
  });
}

/**
 * What a finding is, without the names that it says of its own place: a name of the cure that stands in the problem is such a name, also
 * within a path (`services.api.manifests`) or an image (`shop/api:1.0.0`).
 */
function kindOf({ code, severity, problem, fix }: PlacedFinding): string {
  const own = new Set(wordsOf(problem).flatMap(partsOf));
  for (const environment of ENVIRONMENTS) own.delete(environment);
  const cure = partsOf(fix).map((part) => (own.has(part) ? '' : part));
  return [code, severity, ...cure].join(' ');
}

function theSame(first: PlacedFinding, others: readonly PlacedFinding[]): string {
  const known = new Set(wordsOf(first.problem));
  const told = others.map(({ at, problem }) => {
    const own = wordsOf(problem)
      .filter((word) => !known.has(word))
      .map(named);
    const line = at.split(':').slice(1, 2).join('');
    return own.length === 0 ? `line ${line}` : `${own.join(' ')} (${line})`;
  });
  return `the same of ${told.join(', ')}`;
}

/** Of a path such as `services[web].image` the name in it; the first of the group says what it is of. */
const named = (word: string): string => /^\w+\[([^\]]+)\]/.exec(word)?.[1] ?? word;

/** Words without the marks around them. */
function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).map((word) => word.replace(/^[("]+|[)",;:]+$/g, ''));
}

/** What mends staging does not mend production. */
const ENVIRONMENTS = ['staging', 'production'];

const partsOf = (text: string): readonly string[] => text.split(/[^\w-]+/);
