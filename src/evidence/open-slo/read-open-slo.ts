import * as z from 'zod';
import { RelctlError } from '../../errors.ts';
import type { Selector } from '../../plan/promql/selector.ts';
import type { PositionedYaml } from '../../plan/yaml.ts';
import { command } from '../../text/command-line.ts';
import { joined, planned, readDocuments, refuse, type SloReading } from '../slo-formats/documents.ts';
import { complement, counterOf } from './selector.ts';

const metricSchema = z.looseObject({
  metricSource: z.looseObject({
    type: z.string().optional(),
    spec: z.looseObject({ query: z.string().optional() }).optional(),
  }),
});
const indicatorSchema = z.looseObject({
  ratioMetric: z
    .looseObject({
      counter: z.boolean().optional(),
      good: metricSchema.optional(),
      bad: metricSchema.optional(),
      total: metricSchema.optional(),
    })
    .optional(),
});
const objectiveSchema = z.looseObject({
  displayName: z.string().optional(),
  target: z.number().optional(),
  targetPercent: z.number().optional(),
  timeSliceTarget: z.number().optional(),
});
const sloSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), displayName: z.string().optional() }),
  spec: z.looseObject({
    service: z.string(),
    indicator: z.looseObject({ spec: indicatorSchema }).optional(),
    indicatorRef: z.string().optional(),
    budgetingMethod: z.string().optional(),
    objectives: z.array(objectiveSchema).min(1),
  }),
});
const sliSchema = z.looseObject({ metadata: z.looseObject({ name: z.string() }), spec: indicatorSchema });

type Indicator = z.infer<typeof indicatorSchema>;
type Document = PositionedYaml & { readonly kind: unknown };

/**
 * Reads OpenSLO v1 (github.com/OpenSLO/OpenSLO): SLO objects with a ratio of Prometheus counters, and SLI objects that they
 * refer to. A file may hold several documents.
 * @throws RelctlError the errors of the guarded YAML reader; `evidence.unreadable` when no OpenSLO v1 object is in it
 */
export function readOpenSlo(text: string, file: string): SloReading {
  const documents = readDocuments(text, file).map((yaml): Document => {
    const { apiVersion, kind } = (yaml.value ?? {}) as { apiVersion?: unknown; kind?: unknown };
    return { ...yaml, kind: apiVersion === 'openslo/v1' ? kind : undefined };
  });
  const indicators = new Map<string, Indicator>();
  for (const document of documents) {
    const sli = document.kind === 'SLI' ? sliSchema.safeParse(document.value) : undefined;
    if (sli?.success) indicators.set(sli.data.metadata.name, sli.data.spec);
  }
  const wanted = documents.filter((document) => document.kind === 'SLO');
  if (wanted.length === 0) {
    throw new RelctlError('evidence.unreadable', `${file} holds no SLO of openslo/v1`, {
      place: { file, line: 1 },
      why: 'Objectives are read from objects with apiVersion openslo/v1 and kind SLO.',
      hints: [command`grep -nE 'apiVersion|kind' ${file}`],
    });
  }
  return joined(wanted.map((document) => convert(document, indicators)));
}

function convert(document: Document, indicators: ReadonlyMap<string, Indicator>): SloReading {
  const parsed = sloSchema.safeParse(document.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String((document.value as { metadata?: { name?: unknown } } | null)?.metadata?.name ?? 'an SLO');
    return refuse(name, `${issue?.path.map(String).join('.')}: ${issue?.message}`, document.place(issue?.path ?? []));
  }
  const { metadata, spec } = parsed.data;
  const indicator = spec.indicator?.spec ?? indicators.get(spec.indicatorRef ?? '');
  const place = document.place(['spec', spec.indicator === undefined ? 'indicatorRef' : 'indicator']);
  if (indicator === undefined) {
    return refuse(
      metadata.name,
      `its indicator ${spec.indicatorRef ?? ''} is not in this file`.replace('  ', ' '),
      place,
    );
  }
  const counters = countersOf(indicator);
  if (typeof counters === 'string') return refuse(metadata.name, counters, place);
  const results = spec.objectives.map((objective, index): SloReading => {
    const at = document.place(['spec', 'objectives', index]);
    const name = nameOf(metadata, objective.displayName, spec.objectives.length, index);
    const percent = objective.targetPercent ?? (objective.target === undefined ? undefined : objective.target * 100);
    if (percent === undefined) return refuse(name, 'its objective has no target', at);
    const notes = [
      ...counters.notes,
      ...(isTimeSliced(spec.budgetingMethod, objective.timeSliceTarget)
        ? ['it counts good time slices; relctl counts good events']
        : []),
    ];
    return planned({ name, service: spec.service, percent, good: counters.good, total: counters.total, notes }, at);
  });
  return joined(results);
}

const isTimeSliced = (method: string | undefined, target: number | undefined) =>
  target !== undefined || /timeslices/i.test(method ?? '');

function nameOf(
  metadata: { name: string; displayName?: string | undefined },
  objective: string | undefined,
  count: number,
  index: number,
): string {
  const own =
    metadata.displayName !== undefined && /^[A-Za-z0-9][A-Za-z0-9._ /-]{0,99}$/.test(metadata.displayName)
      ? metadata.displayName
      : metadata.name;
  return count === 1 ? own : `${own} ${objective ?? index + 1}`;
}

function countersOf(indicator: Indicator): { good: Selector; total: Selector; notes: string[] } | string {
  const ratio = indicator.ratioMetric;
  if (ratio === undefined) return 'it has no ratioMetric; a plan counts good events among all events';
  if (ratio.counter === false) return 'its metrics are no counters';
  const total = selectorOf(ratio.total);
  if (typeof total === 'string') return `total: ${total}`;
  if (ratio.good !== undefined) {
    const good = selectorOf(ratio.good);
    return typeof good === 'string' ? `good: ${good}` : { good, total, notes: [] };
  }
  const bad = selectorOf(ratio.bad);
  if (typeof bad === 'string') return `bad: ${bad}`;
  const good = complement(bad, total);
  if (good === undefined)
    return 'it gives bad events that are not all events with one more label matcher, so good events cannot be selected';
  return { good, total, notes: ['good events are those that are not bad'] };
}

function selectorOf(metric: z.infer<typeof metricSchema> | undefined): Selector | string {
  if (metric === undefined) return 'it is missing';
  const { type, spec } = metric.metricSource;
  if (type !== undefined && !/^prometheus$/i.test(type)) return `its source is ${type}, not Prometheus`;
  if (spec?.query === undefined) return 'it has no query';
  return counterOf(spec.query) ?? `"${spec.query.slice(0, 80)}" is not a sum or rate of one counter`;
}
