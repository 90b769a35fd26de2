import { stringify } from 'yaml';
import { PEOPLE } from './company.ts';

/** What varies between the plans of the tests. */
export interface RpdFacts {
  readonly id: string;
  readonly commit: string;
  readonly tag: string;
  readonly canary?: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, unknown>>;
}

const HOUR = 3_600_000;

/** A plan whose window is open now. Its days are those of a zone where it is noon: no midnight falls into a test. */
export function rpd({ id, commit, tag, canary, more }: RpdFacts): string {
  const east = 12 - new Date().getUTCHours();
  // The names of these zones count westward (https://en.wikipedia.org/wiki/Tz_database#Area).
  const timeZone = east === 0 ? 'UTC' : `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
  const wall = (hours: number) => new Date(Date.now() + (hours + east) * HOUR).toISOString().slice(0, 16);
  return stringify({
    apiVersion: 'relctl/v1',
    kind: 'ReleasePlan',
    metadata: { id, feature: 'Greeting', process: 'standard@3.0' },
    spec: {
      window: { start: wall(-1), end: wall(6), timeZone },
      owners: {
        productManager: PEOPLE.pm,
        rdLead: PEOPLE.lead,
        operations: [PEOPLE.ops],
        qa: [PEOPLE.qa],
        cab: [PEOPLE.cab],
        informed: ['marketing'],
      },
      candidate: { base: 'v1.0.0', commit },
      services: [{ name: 'web', image: `registry.example/web:${tag}`, change: 'greets' }],
      rollback: { owner: PEOPLE.ops, triggers: ['errors'], steps: ['relctl rollback'], expectedMinutes: 5 },
      slos: [
        {
          name: 'availability',
          service: 'web',
          objective: '95%',
          good: 'http_requests_total{service="web",code!~"5.."}',
          total: 'http_requests_total{service="web"}',
        },
      ],
      canary: {
        strategy: 'shared-service',
        share: '10%',
        bake: '20s',
        extension: '20s',
        look: '2s',
        detectableRatio: 20,
        ...canary,
      },
      testPlan: { regression: {}, feature: [{ id: 'T-1', title: 'greets' }] },
      smokeTests: [{ name: 'always', command: ['true'] }],
      impact: { summary: 'says hello' },
      security: { review: 'not-needed', notes: 'a greeting' },
      risk: { level: 'low' },
      ...more,
    },
  });
}
