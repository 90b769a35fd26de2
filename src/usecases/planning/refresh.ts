import type { Impact } from '../../evidence/impact/findings.ts';
import type { HeadEdit } from '../../plan/edit.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Spec } from '../../plan/spec.ts';
import type { Context } from '../context.ts';
import { newAlerts } from './draft-document.ts';
import { earlierRelease } from './earlier.ts';
import { coreOf, findingSentences } from './findings.ts';
import { type Manifests, openManifests } from './manifests.ts';
import { draftMigrations, migrationName } from './migrations.ts';
import { placeOf, placesOf } from './places.ts';
import { draftResources } from './resources.ts';
import { draftServices } from './services.ts';
import { openSlosAt } from './slo-sources.ts';
import { draftSlos } from './slos.ts';
import { draftVariables, isNewVariable } from './variables.ts';

/** Something that was found and added, or that stands in the plan although the difference does not show it. */
export interface Notice {
  readonly kind: 'service' | 'variable' | 'migration' | 'resource' | 'alert' | 'slo' | 'finding' | 'image' | 'branch';
  readonly name: string;
  /** Evidence, or why it is stale. */
  readonly detail: string;
}

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
  const variables = (await draftVariables(impact, manifests, names)).filter(
    ({ variable }) => !spec.environmentVariables.some((one) => one.name === variable.name),
  );
  const migrations = draftMigrations(impact, names).filter(
    ({ migration }) => !spec.migrations.some((one) => one.id === migration.id),
  );
  const resources = draftResources(impact, context.config, variables).filter(
    ({ resource }) =>
      !spec.resources.some((one) => one.name === resource.name && one.environment === resource.environment),
  );
  const alerts = newAlerts(impact, names).filter((alert) => !spec.alerts.some((one) => one.name === alert.name));
  const unjudged = services
    .map(({ service }) => service.name)
    .filter((name) => !spec.slos.some((one) => one.service === name));
  const slos =
    unjudged.length === 0
      ? []
      : await draftSlos(
          context,
          await openSlosAt(context, commit),
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
      ...migrations.map((one) => notice('migration', one.migration.id, placeOf(one.seen))),
      ...resources.map((one) => notice('resource', `${one.resource.name} (${one.resource.environment})`, one.note)),
      ...alerts.map((one) => notice('alert', one.name, 'a new rule')),
      ...slos.map((one) => notice('slo', one.slo.name, one.note)),
      ...appended.map((sentence) => notice('finding', sentence, '')),
    ],
    stale: await staleOf(context, spec, impact, manifests),
  };
}

const notice = (kind: Notice['kind'], name: string, detail: string): Notice => ({ kind, name, detail });

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

/** What the plan says and the difference does not show. */
export async function staleOf(
  context: Context,
  spec: Spec,
  impact: Impact,
  manifests: Manifests,
): Promise<readonly Notice[]> {
  const missing = (kind: Notice['kind'], names: readonly string[], found: readonly string[]): Notice[] =>
    names
      .filter((name) => !found.includes(name))
      .map((name) => notice(kind, name, 'in the plan, but not in the difference'));
  const images = await Promise.all(
    spec.services.map(async ({ name, image }) => {
      const { image: said } = await manifests.of('production', name);
      return said === undefined || said === image || image.startsWith(`${said}@`)
        ? []
        : [notice('image', name, `the plan ships ${image}; the candidate's production manifest says ${said}`)];
    }),
  );
  return [
    ...missing(
      'service',
      spec.services.map((one) => one.name),
      impact.services.map((one) => one.name),
    ),
    ...missing(
      'variable',
      spec.environmentVariables.map((one) => one.name),
      impact.environmentVariables.filter(isNewVariable).map((one) => one.name),
    ),
    ...missing(
      'migration',
      spec.migrations.map((one) => one.id),
      [
        ...impact.migrations.map((one) => migrationName(one.id)),
        ...draftMigrations(impact, []).map((one) => one.migration.id),
      ],
    ),
    ...missing(
      'alert',
      spec.alerts.map((one) => one.name),
      impact.monitoring.map((one) => one.name),
    ),
    ...images.flat(),
    ...(await movedBranches(context, spec)),
  ];
}

/** Branches that went on since the candidate was built from them. */
async function movedBranches({ repository }: Pick<Context, 'repository'>, spec: Spec): Promise<readonly Notice[]> {
  const moved: Notice[] = [];
  for (const branch of spec.candidate.branches) {
    const head = await repository.resolve(`refs/heads/${branch.name}`).catch(() => undefined);
    if (head === undefined) moved.push(notice('branch', branch.name, 'the branch is not in this clone any more'));
    else if (head !== branch.head)
      moved.push(
        notice(
          'branch',
          branch.name,
          `moved from ${branch.head.slice(0, 12)} to ${head.slice(0, 12)} since the candidate was built`,
        ),
      );
  }
  return moved;
}
