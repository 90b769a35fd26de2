import { honestHistory, seeded } from '../../support/honest-history.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/** Forgeries that make what is not proved look void, so that nobody asks for its signature: only what itself counts may void anything. */

const ACTS = ['cab', 'qa', 'ops', 'condition'] as const;

/** One event of each type that the process knows. */
const EVENTS = new Map(
  Array.from({ length: 200 }, (_, seed) => honestHistory(seeded(seed)))
    .flat()
    .map((event) => [event.type, event] as const),
);

function afterStripped(
  kind: string,
  act: (typeof ACTS)[number],
  field: string,
  added: (lab: ForgeryLab) => readonly Pick<Loose, 'type' | 'data' | 'simulated'>[],
): Forgery {
  return {
    kind,
    field,
    code: 'signature-missing',
    async forge(lab) {
      const events = lab.copy();
      const index = lab.indexOf(act);
      delete (events[index] as Loose).data.signature;
      const { at } = events.at(-1) as Loose;
      const made = added(lab).map((one) => ({ ...one, at, actor: 'ravi@example.com' }) as Loose);
      lab.write([...events, ...made]);
      return index;
    },
  };
}

const subject = (lab: ForgeryLab) => {
  const { specDigest, textDigest } = (lab.events[lab.indexOf('submit')] as unknown as Loose).data;
  return { specDigest, textDigest };
};

/** What is not signed stands before an event that the process or the forger says voids it. */
export const VOIDED: readonly Forgery[] = [
  ...[...EVENTS].map(([type, { data }]) =>
    afterStripped('signature stripped, and an event of the sandbox put behind it', 'cab', type, () => [
      { type, data: structuredClone(data) as unknown as Loose['data'], simulated: true },
    ]),
  ),
  ...ACTS.map((act) =>
    afterStripped('signature stripped, and a submission made up behind it', act, act, (lab) => [
      { type: 'cab.submitted', data: { ...subject(lab), round: 2 } },
    ]),
  ),
  ...ACTS.map((act) =>
    afterStripped('signature stripped, and two submissions made up behind it', act, act, (lab) => [
      { type: 'cab.submitted', data: { ...subject(lab), round: 2 } },
      { type: 'cab.submitted', data: { ...subject(lab), round: 3 } },
    ]),
  ),
];
