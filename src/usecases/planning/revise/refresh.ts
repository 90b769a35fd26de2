import type { Impact } from '../../../evidence/impact/findings.ts';
import type { HeadEdit } from '../../../plan/edit.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { Context } from '../../release/context.ts';
import { coreOf, findingSentences } from '../answer/finding-sentences.ts';
import { placeOf, placesOf } from '../answer/places.ts';
import { earlierRelease } from '../draft/earlier.ts';
import { draftServices } from '../draft/services.ts';
import { declaredSlosAt } from '../draft/slo-sources.ts';
import { draftSlos } from '../draft/slos.ts';
import { openManifests } from '../facts/manifests.ts';
import { freshOf, settingSentence, type VariableSetting } from './fresh.ts';
import { type Notice, notice } from './notice.ts';
import { staleOf } from './stale.ts';

/** How a plan differs from what its candidate brings. */
export interface Refresh {
  readonly edits: readonly HeadEdit[];
  readonly added: readonly Notice[];
  readonly stale: readonly Notice[];
}

/**
 * Compares a plan with the difference: what is new there is to be added, what the plan says and the difference does not show is
 * named. Nothing that stands in the plan is changed.
 * @param commit full id of the candidate
 */
export async function refreshOf(
  context: Context,
  { id, spec }: Pick<ReleasePlan, 'id' | 'spec'>,
  impact: Impact,
  commit: string,
  images: ReadonlyMap<string, string>,
): Promise<Refresh> {
  const manifests = await openManifests(context, commit);
  const known = new Set(spec.services.map((service) => service.name));
  const fresh = { ...impact, services: impact.services.filter((service) => !known.has(service.name)) };
  const additional = new Map([...images].filter(([name]) => !known.has(name)));
  const services =
    fresh.services.length + additional.size === 0 ? [] : await draftServices(context, fresh, manifests, additional);
  const names = [...known, ...services.map(({ service }) => service.name)];
  const { variables, settings, migrations, resources, alerts } = await freshOf(context, spec, impact, manifests, names);
  const unjudged = services
    .map(({ service }) => service.name)
    .filter((name) => !spec.slos.some((one) => one.service === name));
  const slos =
    unjudged.length === 0
      ? []
      : await draftSlos(
          context,
          await declaredSlosAt(context, commit),
          unjudged,
          await earlierRelease(context, id, unjudged),
        );
  const { appended, moved } = compareFindings(spec, impact);
  const list = (key: string, items: readonly { readonly value: unknown; readonly comment?: string }[]): HeadEdit[] =>
    items.length === 0 ? [] : [{ kind: 'append', path: ['spec', ...key.split('.')], items }];
  return {
    edits: [
      ...list(
        'services',
        services.map((one) => ({
          value: one.service,
          comment: one.seen === undefined ? one.note : `${placeOf(one.seen)}: ${one.note}`,
        })),
      ),
      ...list(
        'environmentVariables',
        variables.map((one) => ({ value: one.variable, comment: `${placesOf(one.seen)}: ${one.note}` })),
      ),
      ...settings.flatMap(settingEdits),
      ...list(
        'migrations',
        migrations.map((one) => ({ value: one.migration, comment: [placeOf(one.seen), ...one.notes].join('\n') })),
      ),
      ...list(
        'resources',
        resources.map((one) => ({ value: one.resource, comment: `${placesOf(one.seen, 1)}: ${one.note}` })),
      ),
      ...list(
        'alerts',
        alerts.map((value) => ({ value })),
      ),
      ...list(
        'slos',
        slos.map((one) => ({ value: one.slo, comment: one.note })),
      ),
      ...list(
        'impact.findings',
        appended.map((value) => ({ value })),
      ),
      ...moved,
    ],
    added: [
      ...services.map((one) =>
        notice('service', one.service.name, one.seen === undefined ? one.note : placeOf(one.seen)),
      ),
      ...variables.map((one) => notice('variable', one.variable.name, placesOf(one.seen))),
      ...settings.map((one) => notice('variable', one.name, settingSentence(one))),
      ...migrations.map((one) => notice('migration', one.migration.id, placeOf(one.seen))),
      ...resources.map((one) => notice('resource', `${one.resource.name} (${one.resource.environment})`, one.note)),
      ...alerts.map((one) => notice('alert', one.name, 'a new rule')),
      ...slos.map((one) => notice('slo', one.slo.name, one.note)),
      ...appended.map((sentence) => notice('finding', sentence, '')),
    ],
    stale: await staleOf(context, spec, impact, manifests),
  };
}

/** What stood open of a variable; what a person wrote of it stays. */
function settingEdits({ index, source, secret, setIn }: VariableSetting): readonly HeadEdit[] {
  return Object.entries({ source, secret, setIn })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ kind: 'set', path: ['spec', 'environmentVariables', index, key], value }));
}

/** Sentences that are new, and edits for those of relctl's own whose evidence only moved to another line. */
function compareFindings(
  spec: Spec,
  impact: Impact,
): { readonly appended: readonly string[]; readonly moved: readonly HeadEdit[] } {
  const now = findingSentences(impact);
  const before = new Map(spec.impact.findings.map((sentence, index) => [coreOf(sentence), { sentence, index }]));
  const moved: HeadEdit[] = [];
  const appended: string[] = [];
  for (const sentence of now) {
    const old = before.get(coreOf(sentence));
    if (old === undefined) appended.push(sentence);
    else if (old.sentence !== sentence)
      moved.push({ kind: 'set', path: ['spec', 'impact', 'findings', old.index], value: sentence });
  }
  return { appended, moved };
}
