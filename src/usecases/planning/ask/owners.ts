import { RelctlError } from '../../../errors.ts';
import type { Config } from '../../../plan/config.ts';
import type { Spec } from '../../../plan/spec.ts';
import type { Context } from '../../release/context.ts';
import type { OwnerAnswers } from './options.ts';

const MAIL = /^[^\s@<>]+@[^\s@<>]+$/;

type People = Spec['owners'];
type One = 'productManager' | 'rdLead';
type Several = 'operations' | 'qa' | 'cab';

const QUESTIONS: Readonly<Record<One | Several, { readonly flag: string; readonly message: string }>> = {
  productManager: { flag: '--product-manager', message: 'E-mail address of the Product Manager?' },
  rdLead: { flag: '--rd-lead', message: 'E-mail address of the R&D Lead?' },
  operations: { flag: '--operations', message: 'E-mail addresses of Operations, with commas between them?' },
  qa: { flag: '--qa', message: 'E-mail addresses of QA, with commas between them?' },
  cab: { flag: '--cab', message: 'E-mail addresses of the Change Advisory Board, with commas between them?' },
};

/**
 * Who does what in a release: from the flags, then from the team of relctl.yaml, then asked.
 * @throws RelctlError `usage.bad-flag`, `usage.missing-answer`
 */
export async function ownerAnswers(
  context: Pick<Context, 'prompter' | 'actor'>,
  given: OwnerAnswers,
  team: Config['team'],
): Promise<People> {
  checkMails(given);
  const one = async (role: One, preset?: string): Promise<string> => {
    const known = given[role] ?? team[role];
    if (known !== undefined) return known;
    const { flag, message } = QUESTIONS[role];
    return (
      await context.prompter.text({
        flag: `${flag} <address>`,
        message,
        ...(preset === undefined ? {} : { default: preset }),
        validate: (answer) => MAIL.test(answer.trim()) || 'one e-mail address, such as ada@example.com',
      })
    ).trim();
  };
  const several = async (role: Several): Promise<string[]> => {
    const known = given[role].length > 0 ? given[role] : team[role];
    if (known.length > 0) return [...known];
    const { flag, message } = QUESTIONS[role];
    const answer = await context.prompter.text({
      flag: `${flag} <address>`,
      message,
      validate: (text) =>
        (addresses(text).length > 0 && addresses(text).every((mail) => MAIL.test(mail))) ||
        'e-mail addresses, such as ada@example.com, bo@example.com',
    });
    return addresses(answer);
  };
  return {
    productManager: await one('productManager'),
    // The process has the R&D Lead write the plan, so whoever gives the command is the likely one.
    rdLead: await one('rdLead', context.actor),
    operations: await several('operations'),
    qa: await several('qa'),
    cab: await several('cab'),
    informed: [...(given.informed.length > 0 ? given.informed : team.informed)],
  };
}

/** Refuses what is no e-mail address, before it stands in a plan. Errors: `usage.bad-flag`. */
export function checkMails(given: OwnerAnswers): void {
  for (const [role, { flag }] of Object.entries(QUESTIONS)) {
    const value = given[role as One | Several] ?? [];
    const bad = (typeof value === 'string' ? [value] : value).find((mail) => !MAIL.test(mail));
    if (bad === undefined) continue;
    throw new RelctlError('usage.bad-flag', `${flag} is "${bad}", which is not an e-mail address`, {
      why: 'Approvals and sign-offs are tied to people by their address.',
      hints: [`${flag} ada@example.com`],
    });
  }
}

function addresses(text: string): string[] {
  return text
    .split(/[\s,;]+/)
    .map((mail) => mail.trim())
    .filter((mail) => mail !== '');
}
