import * as z from 'zod';
import { readSelector, type Selector } from '../../plan/promql/selector.ts';
import type { PositionedYaml } from '../../plan/yaml.ts';
import { complement } from '../open-slo/selector.ts';
import { joined, planned, readDocuments, refuse, type SloReading } from './documents.ts';

/**
 * Pyrra (github.com/pyrra-dev/pyrra): ServiceLevelObjective objects of pyrra.dev/v1alpha1 with the indicators `ratio` (errors of all) and `latency`
 * (a bucket of a histogram). Its objects name no service, so that is taken from a label of the object or a matcher of the counter.
 */

const metric = z.looseObject({ metric: z.string() });
const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
  spec: z.looseObject({
    target: z.coerce.number(),
    indicator: z.looseObject({
      ratio: z.looseObject({ errors: metric, total: metric }).optional(),
      latency: z.looseObject({ success: metric, total: metric }).optional(),
    }),
  }),
});

/** Labels that say which service it is, the clearest first. */
const OBJECT_LABELS = ['pyrra.dev/service', 'app.kubernetes.io/name', 'app'];
const COUNTER_LABELS = ['service', 'app', 'job'];

/** Reads the SLOs of Pyrra in a file; nothing where there are none. Errors: those of the guarded YAML reader. */
export function readPyrra(text: string, file: string): SloReading {
  return joined(readDocuments(text, file).map(convert));
}

function convert(document: PositionedYaml): SloReading {
  const { apiVersion, kind } = (document.value ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (kind !== 'ServiceLevelObjective' || apiVersion !== 'pyrra.dev/v1alpha1') return { slos: [], unconverted: [] };
  const read = objectSchema.safeParse(document.value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const reason = `${issue?.path.map(String).join('.')}: ${issue?.message}`;
    return refuse('an SLO of Pyrra', reason, document.place(issue?.path ?? []));
  }
  const { metadata, spec } = read.data;
  const place = document.place(['spec', 'indicator']);
  const counters = countersOf(spec.indicator);
  if (typeof counters === 'string') return refuse(metadata.name, counters, place);
  const service = serviceOf(metadata.labels ?? {}, counters.total);
  if (service === undefined) return refuse(metadata.name, 'nothing says of which service it is', place);
  return planned({ name: metadata.name, service, percent: spec.target, ...counters }, place);
}

type Indicator = z.infer<typeof objectSchema>['spec']['indicator'];

function countersOf({ ratio, latency }: Indicator): { good: Selector; total: Selector } | string {
  if (ratio !== undefined) {
    const [bad, total] = [readSelector(ratio.errors.metric), readSelector(ratio.total.metric)];
    if (typeof bad === 'string' || typeof total === 'string') return 'one of its metrics is not a counter with labels';
    const good = complement(bad, total);
    return good === undefined ? 'its errors are not all events with one more label matcher' : { good, total };
  }
  if (latency === undefined) return 'its indicator is neither a ratio nor a latency';
  const [good, total] = [readSelector(latency.success.metric), readSelector(latency.total.metric)];
  if (typeof good === 'string' || typeof total === 'string') return 'one of its metrics is not a counter with labels';
  return { good, total };
}

function serviceOf(labels: Readonly<Record<string, string>>, { matchers }: Selector): string | undefined {
  const named = OBJECT_LABELS.map((label) => labels[label]).find((value) => value !== undefined);
  const matched = COUNTER_LABELS.map((label) => matchers.find((one) => one.label === label && one.operator === '='));
  return named ?? matched.find((one) => one !== undefined)?.value;
}
