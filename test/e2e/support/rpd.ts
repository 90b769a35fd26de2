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

/** A plan whose window is open now. */
export function rpd({ id, commit, tag, canary, more }: RpdFacts): string {
  const wall = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
  return stringify({
    apiVersion: 'relctl/v1',
    kind: 'ReleasePlan',
    metadata: { id, feature: 'Greeting', process: 'standard@3.0' },
    spec: {
      // Of this day: in the first hour of one, yesterday's would be past its deadlines.
      window: { start: [wall(-1), `${wall(0).slice(0, 10)}T00:00`].sort().at(-1), end: wall(6), timeZone: 'UTC' },
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
