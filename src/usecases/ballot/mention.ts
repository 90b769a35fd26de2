import { type Document, text } from '../../domain/document/model.ts';
import { samePerson } from '../../domain/people/people.ts';
import type { Reminder } from '../../domain/process/reminders.ts';
import { RelctlError } from '../../errors.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { findProtectedBranch, forgePeopleAt } from '../signing/trust.ts';
import { ballotBranch } from './post.ts';
import { forgeActs } from './questions.ts';

/** A mention of people on the request. */
export interface Mention {
  readonly logins: readonly string[];
  readonly url: string;
}

/**
 * Mentions on the request who is reminded, by their logins, where the policy takes answers from the forge. Each act has a text of its own each day: a
 * forge tells people of a mention that is new, and one that is only written anew tells nobody again. That it fails keeps nobody from being told elsewhere.
 */
export async function mentionOnRequest(
  context: Pick<Context, 'ballots' | 'documents' | 'environments' | 'repository' | 'signing' | 'sink'>,
  { journal, policy }: Release,
  reminders: readonly Reminder[],
): Promise<readonly Mention[]> {
  const { ballots, signing, sink } = context;
  const isTaken = forgeActs(policy).length > 0 && ballots !== undefined && !context.environments.simulated;
  if (!isTaken || reminders.length === 0) return [];
  const { plan } = journal;
  const mentions: Mention[] = [];
  try {
    const { protectedBranch } = await signing();
    const [tip, branch] = [await findProtectedBranch(protectedBranch), await ballotBranch(context)];
    if (tip === undefined || branch === undefined) return [];
    const people = await forgePeopleAt(protectedBranch, tip.commit, policy);
    const loginsOf = (who: string) => [...people].filter(([, one]) => samePerson(one, who)).map(([login]) => login);
    for (const about of new Set(reminders.map((one) => one.about))) {
      const asked = reminders.filter((one) => one.about === about);
      const logins = asked.flatMap(({ who }) => loginsOf(who));
      if (logins.length === 0) continue;
      const title = `Reminder on ${plan.id} (${about}), by relctl`;
      const { url } = await ballots.post(
        branch,
        title,
        await context.documents.markdown(reminderText(title, asked, logins)),
      );
      mentions.push({ logins, url });
    }
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    sink.emit({ type: 'note', level: 'warning', text: `nobody is mentioned on the request: ${error.message}` });
  }
  return mentions;
}

function reminderText(title: string, reminders: readonly Reminder[], logins: readonly string[]): Document {
  const reasons = [...new Set(reminders.map(({ reason }) => reason))];
  const commands = [...new Set(reminders.map(({ command }) => command))];
  return {
    title,
    notices: [],
    blocks: [
      text(`${logins.map((login) => `@${login}`).join(' ')}: ${reasons.join('; ')}.`),
      text('The lines to copy stand in the text on this request that relctl keeps. At a terminal:'),
      ...commands.map((command) => ({ kind: 'command' as const, command })),
    ],
  };
}
