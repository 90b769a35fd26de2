import type { Place } from '../../errors.ts';
import { type Selector, writeSelector } from '../../plan/promql/selector.ts';
import { type Slo, specSchema } from '../../plan/spec.ts';
import { type PositionedYaml, readYaml } from '../../plan/yaml.ts';

/** SLOs of a plan, read from a file of a tool. */
export interface SloReading {
  readonly slos: readonly ConvertedSlo[];
  /** What a plan cannot say, each with its reason. */
  readonly unconverted: readonly { readonly name: string; readonly reason: string; readonly place: Place }[];
}

/** An SLO with where it stands, and what of the original it leaves out. */
export interface ConvertedSlo {
  readonly slo: Slo;
  readonly place: Place;
  readonly notes: readonly string[];
}

/** One SLO as a tool says it: counters and objective in percent. */
export interface FoundSlo {
  readonly name: string;
  readonly service: string;
  readonly percent: number;
  readonly good: Selector;
  readonly total: Selector;
  readonly notes?: readonly string[];
}

/** Reads a stream of YAML documents; each keeps the line numbers of the file. Errors: those of the guarded reader. */
export function readDocuments(text: string, file: string): readonly PositionedYaml[] {
  const parts: string[] = [];
  let current: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/^---(\s|$)/.test(line)) {
      parts.push(current.join('\n'));
      current = Array.from({ length: index + 1 }, () => '');
    } else current.push(line);
  }
  parts.push(current.join('\n'));
  const filled = parts.filter((part) => part.replace(/^\s*#.*$/gm, '').trim() !== '');
  return filled.map((part) => readYaml(part, file));
}

/** What cannot be said in a plan. */
export const refuse = (name: string, reason: string, place: Place): SloReading => ({
  slos: [],
  unconverted: [{ name, reason, place }],
});

/** Several readings as one. */
export const joined = (readings: readonly SloReading[]): SloReading => ({
  slos: readings.flatMap((one) => one.slos),
  unconverted: readings.flatMap((one) => one.unconverted),
});

/** An SLO in the form of a plan, or why it does not fit there. */
export function planned({ name, service, percent, good, total, notes = [] }: FoundSlo, place: Place): SloReading {
  const slo = specSchema.shape.slos.safeParse([
    {
      name,
      service,
      objective: `${Number(percent.toPrecision(12))}%`,
      good: writeSelector(good),
      total: writeSelector(total),
    },
  ]);
  const problem = slo.error?.issues[0];
  if (problem !== undefined) {
    return refuse(name, `${problem.path.slice(1).map(String).join('.')}: ${problem.message}`, place);
  }
  return { slos: (slo.data ?? []).map((converted) => ({ slo: converted, place, notes })), unconverted: [] };
}
