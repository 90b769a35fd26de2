import * as z from 'zod';
import type { PositionedYaml } from '../../plan/yaml.ts';
import { complement, counterOf } from '../open-slo/selector.ts';
import { joined, planned, readDocuments, refuse, type SloReading } from './documents.ts';

/**
 * Sloth (sloth.dev): files with `version: prometheus/v1`, and PrometheusServiceLevel objects of Kubernetes, which say the same in other words. An
 * SLI that is a ready-made ratio or a plugin counts no events, so a plan cannot say it.
 */

const eventsSchema = z.looseObject({
  error_query: z.string().optional(),
  errorQuery: z.string().optional(),
  total_query: z.string().optional(),
  totalQuery: z.string().optional(),
});
const bodySchema = z.looseObject({
  service: z.string(),
  slos: z
    .array(
      z.looseObject({
        name: z.string(),
        objective: z.number(),
        sli: z.looseObject({ events: eventsSchema.optional() }),
      }),
    )
    .min(1),
});

/** Reads the SLOs of Sloth in a file; nothing where there are none. Errors: those of the guarded YAML reader. */
export function readSloth(text: string, file: string): SloReading {
  return joined(readDocuments(text, file).map(convert));
}

function convert(document: PositionedYaml): SloReading {
  const value = (document.value ?? {}) as Readonly<Record<string, unknown>>;
  const isObject = value.kind === 'PrometheusServiceLevel' && String(value.apiVersion).startsWith('sloth.slok.dev/');
  if (!isObject && value.version !== 'prometheus/v1') return { slos: [], unconverted: [] };
  const base = isObject ? ['spec'] : [];
  const read = bodySchema.safeParse(isObject ? value.spec : value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return refuse('an SLO of Sloth', `${issue?.path.map(String).join('.')}: ${issue?.message}`, document.place(base));
  }
  const { service, slos } = read.data;
  return joined(
    slos.map(({ name, objective, sli }, index) => {
      const place = document.place([...base, 'slos', index]);
      if (sli.events === undefined) return refuse(name, 'it counts no events: its SLI is a ratio or a plugin', place);
      const { error_query, errorQuery, total_query, totalQuery } = sli.events;
      const bad = counterOf(error_query ?? errorQuery ?? '');
      const total = counterOf(total_query ?? totalQuery ?? '');
      if (bad === undefined || total === undefined) {
        return refuse(name, 'one of its queries is not a sum or rate of one counter', place);
      }
      const good = complement(bad, total);
      if (good === undefined) return refuse(name, 'its errors are not all events with one more label matcher', place);
      const notes = ['good events are those that are not bad'];
      return planned({ name, service, percent: objective, good, total, notes }, place);
    }),
  );
}
