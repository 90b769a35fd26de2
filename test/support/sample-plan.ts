import { parse, stringify } from 'yaml';
import type * as z from 'zod';
import { appendEvent, type NewEvent } from '../../src/plan/chain.ts';
import type { EventData, EventType, RecordedEvent } from '../../src/plan/events.ts';
import { UNCLEAN } from '../../src/plan/guard.ts';
import {
  type documentSchema,
  parseReleasePlan,
  type ReleasePlan,
  writeReleasePlan,
} from '../../src/plan/release-plan.ts';

/** The id of the sample release. */
export const SAMPLE_ID = '2026-12-wallet-checkout';
/** Its path in messages. */
export const SAMPLE_FILE = `releases/${SAMPLE_ID}.yaml`;

/** The people of the sample release, by role. */
export const PEOPLE = {
  productManager: 'priya@example.com',
  rdLead: 'ravi@example.com',
  operations: ['olga@example.com', 'omar@example.com'],
  qa: ['quinn@example.com'],
  cab: ['carol@example.com', 'chen@example.com', 'carlos@example.com'],
} as const;

const SAMPLE_HEAD = `# yaml-language-server: $schema=https://relctl.dev/schema/release-plan.v1.json
apiVersion: relctl/v1
kind: ReleasePlan
metadata:
  id: ${SAMPLE_ID}
  feature: Wallet checkout
  process: standard@3.0
spec:
  window: # T-0, agreed with the shops
    start: 2026-12-03T14:00
    end: 2026-12-03T18:00
    timeZone: America/New_York
  owners:
    productManager: ${PEOPLE.productManager}
    rdLead: ${PEOPLE.rdLead}
    operations: [${PEOPLE.operations.join(', ')}]
    qa: [${PEOPLE.qa.join(', ')}]
    cab: [${PEOPLE.cab.join(', ')}]
    informed: [marketing, support@example.com]
  candidate:
    base: v4.1.0
    commit: 5d41402abc4b2a76b9719d911017c592ae3f1c2d
    branches:
      - name: feature/wallet-checkout
        head: 7b8b965ad4bca0e41ab51de7b31363a15d41402a
        approvedBy: [${PEOPLE.productManager}]
        request: https://git.example.com/shop/shop/pull/418
  services:
    - name: web
      image: registry.example.com/shop/web:4.2.0
      change: Shows the wallet as a way to pay
    - name: api
      image: registry.example.com/shop/api:4.2.0
      change: Takes wallet payments
  environmentVariables:
    - name: WALLET_URL
      services: [api]
      source: ConfigMap api-settings
      setIn: [staging, production]
    - name: WALLET_KEY
      services: [api]
      secret: true
      source: Secret api-wallet
      setIn: [staging, production]
  migrations:
    - id: add-wallet-table
      service: api
      up: [node, migrate.js, up]
      reversible: true
      down: [node, migrate.js, down]
  rollback:
    owner: ${PEOPLE.operations[0]}
    triggers:
      - More than 1% of checkouts fail
    steps:
      - Switch off the flag wallet-checkout
    expectedMinutes: 10
  resources:
    - name: Wallet settings
      object: { apiVersion: v1, kind: ConfigMap, name: api-settings }
  alerts:
    - name: WalletPaymentsFailing
      severity: critical
      service: api
  slos:
    - name: web errors
      service: web
      objective: 99.5%
      good: http_requests_total{service="web",code!~"5.."}
      total: http_requests_total{service="web"}
    - name: api errors
      service: api
      objective: 99.5%
      good: http_requests_total{service="api",code!~"5.."}
      total: http_requests_total{service="api"}
    - name: api latency
      service: api
      objective: 99%
      good: http_request_duration_seconds_bucket{service="api",le="0.3"}
      total: http_request_duration_seconds_count{service="api"}
  canary:
    strategy: shared-service
    share: 1%
    bake: 15m
  testPlan:
    regression:
      mandatorySuites: [checkout, payments]
    feature:
      - id: WALLET-1
        title: Pay with a wallet
      - id: WALLET-2
        title: Pay with a wallet that holds too little
  smokeTests:
    - name: home page
      http: { url: https://www.example.com/healthz, contains: ok }
    - name: wallet is offered
      manual: The checkout offers the wallet as a way to pay
  successMetrics:
    - name: wallet share
      query: sum(rate(checkouts_total{method="wallet"}[1d])) / sum(rate(checkouts_total[1d]))
      direction: up
      baseline: 0
      target: 0.05
      guardrail: 0
      owner: ${PEOPLE.productManager}
  impact:
    summary: Shoppers can pay with their wallet
    users: All shoppers in the United States
  security:
    review: done
    reviewer: sam@example.com
    reference: SEC-212
  risk:
    level: medium
    notes: New payment path behind a flag
`;

/** A plan as people write it: the schema's input, before defaults are filled in. */
export type WrittenPlan = z.input<typeof documentSchema>;

/**
 * The text above `status` of a valid, complete plan. With `change` it is the text of the changed document; comments are
 * then lost.
 */
export function sampleHead(change?: (document: WrittenPlan) => void): string {
  if (change === undefined) return SAMPLE_HEAD;
  const document = parse(SAMPLE_HEAD) as WrittenPlan;
  change(document);
  return writtenYaml(document);
}

/** YAML as an editor would save it. What a plan may hold only as an escape, such as a control character, is one. */
export function writtenYaml(document: unknown): string {
  const plain = stringify(document, { lineWidth: 0 });
  if (!UNCLEAN.test(plain)) return plain;
  const quoted = stringify(document, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' });
  return quoted.replace(new RegExp(UNCLEAN, 'g'), (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What a sample event says beside its type and data. */
type EventContext = Partial<Pick<NewEvent<EventType>, 'at' | 'actor' | 'simulated'>>;

/** A new event with the sample's actor and a fixed time, for tests that do not care about them. */
export function newEvent<T extends EventType>(type: T, data: EventData<T>, context: EventContext = {}): NewEvent<T> {
  return {
    type,
    data,
    at: context.at ?? '2026-11-20T09:00:00.000Z',
    actor: context.actor ?? PEOPLE.rdLead,
    simulated: context.simulated ?? false,
  };
}

/** What a Go without conditions says, with all three areas confirmed. */
export function goVote(
  subject: { readonly specDigest: string; readonly textDigest: string },
  round = 1,
): EventData<'cab.voted'> {
  return {
    specDigest: subject.specDigest,
    textDigest: subject.textDigest,
    round,
    decision: 'go',
    operationalReadiness: true,
    securityReview: true,
    impactAssessment: true,
    conditions: [],
    comment: '',
  };
}

/** A valid chain of new events of the release, in order. */
export function chainOf(id: string, events: readonly NewEvent<EventType>[]): readonly RecordedEvent[] {
  return events.reduce<readonly RecordedEvent[]>((chain, event) => appendEvent(id, chain, event).events, []);
}

/** The first events of a release: the plan is created, submitted, and gets one Go. */
export function sampleEvents(): readonly RecordedEvent[] {
  const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
  return chainOf(SAMPLE_ID, [
    newEvent('plan.created', subject),
    newEvent('cab.submitted', { ...subject, round: 1 }, { at: '2026-11-21T10:30:00.000Z' }),
    newEvent(
      'cab.voted',
      {
        ...subject,
        round: 1,
        decision: 'go',
        operationalReadiness: true,
        securityReview: true,
        impactAssessment: true,
        conditions: [{ text: 'Watch the “wallet” queue', owner: PEOPLE.operations[0], due: '2026-12-01' }],
        comment: 'Looks fine; — ☑',
      },
      { at: '2026-11-24T16:00:00.000Z', actor: PEOPLE.cab[0] },
    ),
  ]);
}

/** A sample plan as the reader returns it. */
export function samplePlan(
  options: {
    readonly change?: (document: WrittenPlan) => void;
    readonly events?: readonly RecordedEvent[];
    readonly phase?: string;
  } = {},
): ReleasePlan {
  const head = sampleHead(options.change);
  const { events = [], phase = 'draft' } = options;
  const id = (parse(head) as WrittenPlan).metadata.id;
  const text = writeReleasePlan({ id, head }, events, phase);
  return parseReleasePlan(new TextEncoder().encode(text), `releases/${id}.yaml`, id);
}
