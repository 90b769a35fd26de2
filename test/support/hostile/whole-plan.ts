import { documentSchema } from '../../../src/plan/release-plan.ts';
import type { WrittenPlan } from '../sample-plan.ts';
import { mostHostile } from './payload.ts';
import { putText, type TextPath, textsAt, textsOf } from './schema-texts.ts';

/** Every place of a plan at which people write a text. */
export const PLAN_TEXTS: readonly TextPath[] = textsOf(documentSchema);

/**
 * Places at which a release needs what stands there to go its way; a hostile text in one of them is tried alone, on the commands that
 * read a plan. Everything else is hostile in the release that is walked to its end.
 */
const NEEDED: readonly RegExp[] = [
  /^spec\.owners\.(?!informed)/, // who acts
  /^spec\.candidate\.base$/,
  /^spec\.services\.\*\.(?:image|canary\.(?:strategy|share))$/,
  /^spec\.migrations\.\*\.image$/,
  /^spec\.rollback\.owner$/,
  /^spec\.resources\.\*\.(?:object|http)\./,
  /^spec\.slos\.\*\.(?:good|total)$/,
  /^spec\.canary\.(?:region$|waves)/,
  /^spec\.smokeTests\.\*\.(?:http\.url|http\.contains|job\.image)$/,
  /^spec\.successMetrics\.\*\.(?:query|owner|source\.)/,
  /^spec\.environmentVariables\.\*\.source$/,
];

/** True for a place whose text decides how a release goes. */
export function isNeeded(path: TextPath): boolean {
  return NEEDED.some((one) => one.test(path.join('.')));
}

/** Makes the sample plan one that has every key that a plan can have. */
export function complete({ spec }: WrittenPlan): void {
  spec.migrations = [
    ...(spec.migrations ?? []),
    {
      id: 'fill-wallets',
      service: 'api',
      image: 'registry.example.com/shop/api:4.2.0',
      up: ['node', 'migrate.js', 'fill'],
      down: ['node', 'migrate.js', 'empty'],
      reversible: true,
      compatibility: 'The old version ignores the column',
    },
  ];
  spec.resources = [
    ...(spec.resources ?? []),
    { name: 'Wallet job', object: { apiVersion: 'v1', kind: 'Service', name: 'api' } },
    { name: 'A command', command: ['true'] },
    { name: 'A page', http: { url: 'https://www.example.com/healthz' } },
    { name: 'A port', tcp: { host: 'db.example.com', port: 5432 } },
  ];
  spec.alerts = (spec.alerts ?? []).map((alert) => ({ ...alert, drill: ['true'] }));
  spec.smokeTests = [
    ...spec.smokeTests,
    {
      name: 'pay',
      http: {
        url: 'https://www.example.com/healthz',
        method: 'POST',
        body: 'x',
        headers: { Accept: 'text/html' },
        secretHeaders: { Authorization: 'TOKEN' },
        json: [{ pointer: '/a', equals: 'b' }],
      },
    },
    { name: 'script', command: ['true'], after: ['pay'] },
    { name: 'job', job: { image: 'registry.example.com/shop/api:4.2.0', command: ['true'] } },
  ];
  const owner = spec.owners.productManager;
  const metric = (name: string, source: object) =>
    ({ name, source, direction: 'up', target: 1, owner }) as unknown as NonNullable<typeof spec.successMetrics>[number];
  spec.successMetrics = [
    ...(spec.successMetrics ?? []),
    metric('by query', { kind: 'prometheus', query: 'sum(up)' }),
    metric('by sql', { kind: 'sql', connectionFrom: 'DATABASE', query: 'select 1' }),
    metric('by http', { kind: 'http', url: 'https://example.com/a', pointer: '/a', tokenFrom: 'TOKEN' }),
    metric('by csv', { kind: 'csv', file: 'data/a.csv', column: 'a', dayColumn: 'date' }),
  ];
  spec.impact = { ...spec.impact, findings: ['A dependency is added'] };
  spec.security = { ...spec.security, notes: 'Nothing new' };
}

/** The same with what only other strategies and other clusters have: a plan to be read, not one to be walked. */
export function entire(document: WrittenPlan): void {
  complete(document);
  const { spec } = document;
  spec.canary = {
    ...spec.canary,
    warmup: '1m',
    extension: '5m',
    look: '60s',
    region: 'eu',
    waves: [{ regions: ['us'], soak: '1m' }],
  };
  spec.services = spec.services.map((one) => ({
    ...one,
    canary: { strategy: 'shared-service', share: '20%', reason: 'the share that its pods allow' },
  }));
  spec.migrations = (spec.migrations ?? []).map((one) => ({ ...one, covers: ['add-wallet-table', 'fill-wallets'] }));
  spec.resources = (spec.resources ?? []).map(({ object, ...one }) =>
    object === undefined ? { ...one, timeout: '5s' } : { ...one, object: { ...object, condition: 'Ready' } },
  );
  spec.smokeTests = spec.smokeTests.map((one) => ({ ...one, timeout: '5s', backoff: '1s' }));
  spec.successMetrics = (spec.successMetrics ?? []).map((one) =>
    one.source?.kind === 'sql' ? { ...one, source: { ...one.source, timeout: '5s' } } : one,
  );
}

/** The words by which the texts of a plan are told: the last key of their place. */
export function wordOf(path: TextPath): string {
  return path.filter((key) => key !== '*').at(-1) ?? 'text';
}

/**
 * Makes a text of a plan as hostile as its schema lets it be.
 * @returns whether it could be
 */
export function poison(document: WrittenPlan, path: readonly string[], word: string): boolean {
  const tried = structuredClone(document);
  const text = mostHostile(word, (one) => {
    putText(tried, path, one);
    return documentSchema.safeParse(tried).success;
  });
  if (text === undefined) return false;
  putText(document, path, text);
  return true;
}

/** A plan in which every text that does not decide how the release goes is hostile. */
export function poisonAll(document: WrittenPlan): void {
  for (const path of PLAN_TEXTS.filter((one) => !isNeeded(one))) {
    for (const place of textsAt(document, path)) poison(document, place.path, wordOf(path));
  }
}
