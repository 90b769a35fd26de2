import type { Outcome } from '../domain/outcome/outcome.ts';
import { namesIn } from '../domain/people/people.ts';
import { type Reminder, remindersOf } from '../domain/process/reminders.ts';
import { plural } from '../text/plural.ts';
import { mentionOnRequest } from './ballot/mention.ts';
import type { Context } from './release/context.ts';
import { flushOutbox, notify } from './release/notify.ts';
import { openRelease } from './release/open.ts';

/**
 * Reminds everybody who has not answered. The outbox knows who was reminded of what today: giving the command again tells nobody
 * twice, and finishes what a crash left undone. Where people answer on the request, they are mentioned there too.
 */
export async function remind(context: Context, id: string): Promise<Outcome> {
  const release = await openRelease(context, id, { others: false });
  const { journal } = release;
  const before = new Set(journal.state.outbox.map((entry) => entry.key));
  await flushOutbox(context, release);
  const reminders = remindersOf(release.facts());
  for (const { who, reason, command, occasion } of reminders) {
    await notify(context, release, 'reminder', occasion, { who, reason, command, by: namesIn(who) });
  }
  const mentions = await mentionOnRequest(context, release, reminders);
  const told = journal.state.outbox.filter((entry) => entry.topic === 'reminder' && !before.has(entry.key)).length;
  return {
    result: 'done',
    headline: headline(id, reminders, told),
    blocks: [
      {
        kind: 'next',
        actions: reminders.map(({ who, reason, command }) => ({ who, command, why: reason })),
      },
      ...(mentions.length === 0
        ? []
        : [
            {
              kind: 'facts' as const,
              facts: mentions.map(
                ({ logins, url }) => [`mentioned ${logins.map((one) => `@${one}`).join(' ')}`, url] as const,
              ),
            },
          ]),
    ],
    data: {
      release: id,
      phase: journal.state.phase,
      reminders: reminders.map(({ about: _, ...one }) => one),
      told,
      ...(mentions.length === 0 ? {} : { mentions }),
    },
    simulated: context.environments.simulated,
  };
}

function headline(id: string, reminders: readonly Reminder[], told: number): string {
  if (reminders.length === 0) return `nobody has anything open for ${id}`;
  const people = (count: number): string => `${plural(count, 'reminder')}`;
  if (told === 0) return `${people(reminders.length)} of ${id} were already sent today`;
  return told === reminders.length
    ? `${people(told)} of ${id} sent`
    : `${people(told)} of ${id} sent, the others were already sent today`;
}
