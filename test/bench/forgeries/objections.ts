import { signoffCab } from '../../../src/usecases/signoff-cab.ts';
import { signoffOps } from '../../../src/usecases/signoff-ops.ts';
import { signoffQa } from '../../../src/usecases/signoff-qa.ts';
import { OPERATOR, TESTER } from '../../support/company-walk.ts';
import { PEOPLE } from '../../support/sample-plan.ts';
import { SIGNERS_FILE } from '../../support/signed-company.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/** Forgeries that spoil what somebody objected: proof is needed to go forward, never to object. */

const OBJECTIONS: Readonly<Record<string, readonly [person: string, (lab: ForgeryLab) => Promise<unknown>]>> = {
  'No-Go of a member': [
    PEOPLE.cab[2],
    ({ company }) =>
      signoffCab(company.as(PEOPLE.cab[2]), company.id, { decision: 'no-go', conditions: [], comment: 'a hole' }),
  ],
  'reject of QA': [
    TESTER,
    ({ company }) =>
      signoffQa(company.as(TESTER), company.id, {
        junit: ['reports/*.xml'],
        passed: [],
        failed: ['WALLET-1', 'WALLET-2'],
        decision: 'reject',
        comment: 'payments are lost',
      }),
  ],
  'reject of Operations': [
    OPERATOR,
    ({ company }) =>
      signoffOps(company.as(OPERATOR), company.id, { decision: 'reject', comment: 'no runbook' } as never),
  ],
};

/** What is done to the event that objects, and to the rules. */
const SPOILED: Readonly<Record<string, (event: Loose, lab: ForgeryLab, person: string) => void>> = {
  'edited by one letter': (event) => {
    event.data.comment = `${event.data.comment}!`;
  },
  'made its contrary': (event) => {
    const contrary: Readonly<Record<string, string>> = { 'no-go': 'go', reject: 'pass' };
    event.data.decision = contrary[String(event.data.decision)] ?? event.data.decision;
    if (event.data.decision !== 'pass') event.data.operationalReadiness = true;
  },
  'its signature stripped': (event) => {
    delete event.data.signature;
  },
  'its signature spoiled': (event) => {
    const { signature } = event.data.signature as { signature: string };
    event.data.signature = { ...(event.data.signature as object), signature: signature.replace(/\n(.)(.)/, '\n$2$1') };
  },
  'said to be of the sandbox': (event) => {
    (event as { simulated?: true }).simulated = true;
  },
  'the key of its signer taken away': (_, { company }, person) => {
    const left = company.signers.split('\n').filter((line) => !line.startsWith(person));
    company.git.git('stash', '--quiet');
    company.git.commit({ [SIGNERS_FILE]: left.join('\n') }, 'Somebody left');
    company.git.git('stash', 'pop', '--quiet');
  },
};

/** Each objection, spoiled in each way, with its decision of the board and without. */
export const SPOILED_OBJECTIONS: readonly Forgery[] = Object.entries(OBJECTIONS).flatMap(([who, [person, object]]) =>
  Object.entries(SPOILED).flatMap(([how, spoil]) =>
    [false, true].map(
      (isDecisionCut): Forgery => ({
        kind: `${who}, ${how}`,
        field: isDecisionCut ? 'the last act alone' : 'whole history',
        code: 'objection-not-proved',
        async forge(lab) {
          await object(lab);
          const events = structuredClone((await lab.company.plan()).events) as unknown as Loose[];
          const index = events.findLastIndex((event) => event.data.signature !== undefined);
          spoil(events[index] as Loose, lab, person);
          const isCut = ({ type }: Loose) => type === 'cab.decided' || type.startsWith('notification.');
          lab.write(events.filter((event, at) => !isDecisionCut || at <= index || !isCut(event)));
          return undefined;
        },
      }),
    ),
  ),
);
