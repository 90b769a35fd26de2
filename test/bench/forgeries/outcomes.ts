import type { RecordedSignature } from '../../../src/plan/events.ts';
import { OPERATOR, TESTER } from '../../support/company-walk.ts';
import { PEOPLE } from '../../support/sample-plan.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/**
 * Forgeries of the time after a deployment, on a release whose hypercare may be signed off: that it was verified, what was seen, that incidents
 * are over. Each must count for nothing, or keep hypercare from ending.
 */

const EXIT = { command: 'hypercare --exit' } as const;

/** An edit of the honest event of a type. */
function edit(kind: string, type: string, code: string, change: (event: Loose) => void, field = type): Forgery {
  return {
    ...{ kind, field, code, ...EXIT },
    async forge(lab) {
      const [events, index] = [lab.copy(), lab.indexOf(type)];
      change(events[index] as Loose);
      lab.write(events);
      return index;
    },
  };
}

/** An event that is made up, at the end of the history. */
function madeUp(type: string, data: Record<string, unknown>): Forgery {
  return {
    ...{ kind: 'record of the outcome made up', field: type, code: 'signature-missing', ...EXIT },
    async forge(lab) {
      const events = lab.copy();
      lab.write([...events, { ...(events.at(-1) as Loose), type, actor: OPERATOR, data }]);
      return events.length;
    },
  };
}

/** The honest event of a type, signed anew by somebody else, or for something else. */
function resigned(kind: string, type: string, code: string, by: string, namespace?: string): Forgery {
  return {
    ...{ kind, field: type, code, ...EXIT },
    async forge(lab) {
      const [events, index] = [lab.copy(), lab.indexOf(type)];
      const event = events[index] as Loose;
      event.actor = by;
      await lab.resign(event, {
        key: by,
        statement: (statement) => {
          statement.predicate.signer = by;
        },
        ...(namespace === undefined ? {} : { namespace }),
      });
      lab.write(events);
      return index;
    },
  };
}

/** Puts a copy of an honest event right behind it, after what is made up between them. */
function again(kind: string, type: string, code: string, before: (lab: ForgeryLab) => readonly Loose[]): Forgery {
  return {
    ...{ kind, field: type, code, ...EXIT },
    async forge(lab) {
      const [events, index] = [lab.copy(), lab.indexOf(type)];
      const honest = events[index] as Loose;
      const between = before(lab);
      lab.write([...events.slice(0, index + 1), ...between, honest, ...events.slice(index + 1)]);
      return index + 1 + between.length;
    },
  };
}

const strip = (event: Loose): void => {
  delete event.data.signature;
};
const PROVED = ['verify.recorded', 'hypercare.started', 'hypercare.observed', 'incident.closed'] as const;

/** All of them. */
export const OUTCOMES: readonly Forgery[] = [
  ...PROVED.map((type) => edit('record of the outcome without its signature', type, 'signature-missing', strip)),
  ...(
    [
      ['verify.recorded', 'checks', []],
      ['hypercare.started', 'until', '2026-11-01T00:00:00Z'],
      ['hypercare.observed', 'coverage', 0.97],
      ['hypercare.observed', 'note', 'all is well'],
      ['incident.opened', 'severity', 5],
      ['incident.opened', 'ref', 'INC-9'],
      ['incident.closed', 'note', 'nothing happened'],
    ] as const
  ).map(([type, field, value]) =>
    edit(
      'record of the outcome changed after it was signed',
      type,
      'act-mismatch',
      (event) => {
        event.data[field] = value;
      },
      `${type}.${field}`,
    ),
  ),
  madeUp('incident.closed', { ref: 'INC-1', note: '' }),
  madeUp('hypercare.observed', { from: '2026-12-01T00:00:00Z', to: '2026-12-03T00:00:00Z', healthy: true, slos: [] }),
  madeUp('success.observed', { days: [] }),
  madeUp('success.judged', { metrics: [] }),
  madeUp('review.closed', {
    ...{ outcome: 'success', lessons: ['none'], debts: [], sideEffects: [] },
    attended: { product: [PEOPLE.productManager], rd: [PEOPLE.rdLead] },
  }),
  ...PROVED.map((type) =>
    resigned('record of the outcome by somebody without the grant', type, 'signer-without-grant', TESTER),
  ),
  ...(['verify.recorded', 'incident.closed'] as const).map((type) =>
    resigned('record of the outcome by somebody without the role', type, 'signer-without-role', PEOPLE.productManager),
  ),
  resigned(
    'record of the outcome signed for another purpose',
    'verify.recorded',
    'namespace-mismatch',
    OPERATOR,
    'hypercare-exit@relctl.dev',
  ),
  edit('record of the outcome with the signature of another', 'verify.recorded', 'fingerprint-mismatch', (event) => {
    event.data.signature = {
      ...(event.data.signature as RecordedSignature),
      keyFingerprint: `SHA256:${'A'.repeat(43)}`,
    };
  }),
  again('healthy look replayed', 'hypercare.observed', 'nonce-reused', () => []),
  again('end of an incident replayed on the next one', 'incident.closed', 'seen-too-early', (lab) => {
    const opened = lab.copy()[lab.indexOf('incident.opened')] as Loose;
    const data = { ...opened.data };
    delete data.signature;
    return [{ ...opened, at: lab.copy()[lab.indexOf('incident.closed')]?.at ?? opened.at, data }];
  }),
];
