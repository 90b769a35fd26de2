import type { Message } from '../../ports/notifier.ts';
import { byName } from '../../text/by-name.ts';
import { plainText } from './redact.ts';

/** A message as people read it in a chat or a mailbox, free of any markup. */
export interface Wording {
  /** One line: the feature and what happened to it. */
  readonly title: string;
  readonly text: string;
  /** Name and value pairs. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** Words for a message. A simulated one says so first, so that nobody mistakes a rehearsal for the real thing. */
export function wordingOf(message: Message): Wording {
  const mark = message.simulated ? '[SIMULATED] ' : '';
  const informed = message.informed.map(oneLine).filter((name) => name !== '');
  return {
    title: oneLine(`${mark}${message.feature}: ${TITLES[message.topic] ?? message.topic}`),
    text: plainText(message.text).trim(),
    facts: [
      ['Release', oneLine(message.release)],
      ['At', oneLine(message.at)],
      ...(informed.length === 0 ? [] : [['Informed', informed.join(', ')] as const]),
      // Chats and mailboxes drop no repeated message; by this line people see that two are one.
      ['Message', oneLine(message.key)],
    ],
  };
}

/** A text on one line. */
function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim();
}

/** A text of at most `length` UTF-16 units, cut between characters, with a mark where it was cut. */
export function cutTo(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = length - 1;
  const splitsPair = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}

const TITLES: Readonly<Record<string, string>> = byName({
  'cab.submitted': 'submitted to the CAB',
  'cab.decided': 'CAB decision',
  'deploy.starting': 'production deployment starting',
  'deploy.complete': 'production deployment complete',
  'release.rolled-back': 'rolled back',
  'release.frozen': 'FROZEN, a person must decide',
  'hypercare.closed': 'hypercare closed',
  'release.closed': 'release closed',
  'cab.meeting': 'meeting of the CAB',
  'plan.reopened': 'a draft again',
  'release.unattended': 'NOBODY WORKS ON IT, and it stands in production',
});
