import type { Config } from '../../plan/config.ts';
import type { Prompter } from '../../ports/prompter.ts';
import type { OwnerAnswers } from '../planning/ask/options.ts';
import { checkMails } from '../planning/ask/owners.ts';
import { checkedZone } from '../planning/ask/window.ts';
import { choiceAnswer, readAnswer } from '../release/answers.ts';
import type { InitOptions } from './options.ts';

/** What people say about a repository; what they do not say is left for later and named. */
export interface SetupAnswers {
  readonly platform: Config['platform'];
  readonly team: OwnerAnswers;
  readonly timeZone: string | undefined;
  readonly namespace: string | undefined;
  readonly stagingContext: string | undefined;
  readonly productionContext: string | undefined;
}

/** The people of the simulated company, by role, where nobody is named. */
const SIMULATED = {
  productManager: 'product@example.com',
  operations: ['ops-1@example.com', 'ops-2@example.com'],
  qa: ['qa@example.com'],
  cab: ['cab-1@example.com', 'cab-2@example.com', 'cab-3@example.com'],
} as const;

/**
 * Takes the answers from the flags; where a person sits at a terminal, asks for the rest. Only the platform must be answered.
 * @param suggestions what is proposed: the person at work, the zone of their machine, a namespace that was found
 * @throws RelctlError `usage.bad-flag`, `usage.missing-answer`
 */
export async function setupAnswers(
  prompter: Prompter,
  options: InitOptions,
  suggestions: {
    readonly actor: string | undefined;
    readonly timeZone: string;
    readonly namespace: string | undefined;
  },
): Promise<SetupAnswers> {
  checkMails(options.owners);
  if (options.timeZone !== undefined) checkedZone(options.timeZone);
  const platform = await choiceAnswer(prompter, options.platform, {
    message: 'Which platform should relctl use?',
    flag: '--platform',
    choices: [
      { value: 'sandbox', label: 'sandbox: a simulated company with a virtual clock, for learning and rehearsing' },
      { value: 'kubernetes', label: 'kubernetes: your real clusters' },
    ],
    default: 'sandbox',
  });
  const asks = prompter.interactive && platform === 'kubernetes';
  const ask = async (
    given: string | undefined,
    message: string,
    flag: string,
    preset?: string,
    read: (answer: string) => string = (answer) => answer,
  ) => {
    if (given !== undefined || !asks) return given;
    const question = { message, flag, ...(preset === undefined ? {} : { default: preset }) };
    const answer = await readAnswer(prompter, question, (text) => (text.trim() === '' ? '' : read(text.trim())));
    return answer === '' ? undefined : answer;
  };
  const { owners } = options;
  const people = async (given: readonly string[], role: 'operations' | 'qa' | 'cab', name: string) => {
    if (given.length > 0) return [...given];
    const message = `E-mail addresses of ${name}, with commas between them (empty: later)?`;
    const read = (answer: string) => {
      checkMails({ ...NOBODY, [role]: mailsOf(answer) });
      return answer;
    };
    return mailsOf((await ask(undefined, message, `--${role}`, undefined, read)) ?? '');
  };
  const one = (given: string | undefined, role: 'productManager' | 'rdLead', name: string, preset?: string) => {
    const read = (answer: string) => {
      checkMails({ ...NOBODY, [role]: answer });
      return answer;
    };
    const flag = role === 'rdLead' ? '--rd-lead' : '--product-manager';
    return ask(given, `E-mail address of the ${name} (empty: later)?`, flag, preset, read);
  };
  const named = {
    productManager: await one(owners.productManager, 'productManager', 'Product Manager'),
    rdLead: await one(owners.rdLead, 'rdLead', 'R&D Lead', suggestions.actor),
    operations: await people(owners.operations, 'operations', 'Operations'),
    qa: await people(owners.qa, 'qa', 'QA'),
    cab: await people(owners.cab, 'cab', 'the Change Advisory Board'),
    informed: [...owners.informed],
  };
  const timeZone = await ask(
    options.timeZone,
    'IANA time zone of the change windows?',
    '--time-zone',
    suggestions.timeZone,
    checkedZone,
  );
  return {
    platform,
    team: platform === 'sandbox' ? simulatedTeam(named, suggestions.actor) : withoutUndefined(named),
    timeZone,
    namespace:
      (await ask(options.namespace, 'Kubernetes namespace of the product?', '--namespace', suggestions.namespace)) ??
      suggestions.namespace,
    stagingContext: await ask(
      options.stagingContext,
      'kubectl context of staging (empty: later)?',
      '--staging-context',
    ),
    productionContext: await ask(
      options.productionContext,
      'kubectl context of production (empty: later)?',
      '--production-context',
    ),
  };
}

/** What an existing relctl.yaml says: nobody is asked, and no flag changes it. */
export function keptAnswers({ platform, timeZone, environments: { staging, production } }: Config): SetupAnswers {
  return {
    platform,
    team: NOBODY,
    timeZone,
    namespace: production.namespace,
    stagingContext: staging.context,
    productionContext: production.context,
  };
}

const NOBODY: OwnerAnswers = { operations: [], qa: [], cab: [], informed: [] };

function mailsOf(answer: string): string[] {
  return answer.split(/[\s,;]+/).filter((mail) => mail !== '');
}

interface Named {
  readonly productManager: string | undefined;
  readonly rdLead: string | undefined;
  readonly operations: string[];
  readonly qa: string[];
  readonly cab: string[];
  readonly informed: string[];
}

function withoutUndefined({ productManager, rdLead, ...lists }: Named): OwnerAnswers {
  return {
    ...(productManager === undefined ? {} : { productManager }),
    ...(rdLead === undefined ? {} : { rdLead }),
    ...lists,
  };
}

/** In the sandbox nobody real is needed: whoever sets it up leads, the others are made up. */
function simulatedTeam(named: Named, actor: string | undefined): OwnerAnswers {
  const or = (given: string[], made: readonly string[]): string[] => (given.length > 0 ? given : [...made]);
  return {
    productManager: named.productManager ?? SIMULATED.productManager,
    rdLead: named.rdLead ?? actor ?? 'lead@example.com',
    operations: or(named.operations, SIMULATED.operations),
    qa: or(named.qa, SIMULATED.qa),
    cab: or(named.cab, SIMULATED.cab),
    informed: or(named.informed, ['marketing']),
  };
}
