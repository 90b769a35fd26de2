import { canonicalJson } from '../../plan/digest.ts';
import type { Spec } from '../../plan/spec.ts';
import { type Filled, type Form, formNumber, openBoxes, type Question } from './form.ts';

/** Sign-offs of QA and Operations on a request: of exactly what is in staging. */

/** What is signed off. */
export interface StagedSubject {
  readonly release: string;
  readonly specDigest: string;
  readonly textDigest: string;
  /** Attempt of the staging. */
  readonly attempt: number;
  /** The commit that was staged. */
  readonly commit: string;
  /** Ids of the images in staging, by service. */
  readonly images: Readonly<Record<string, readonly string[]>>;
}

/** A sign-off that was read. */
export interface GivenSignoff {
  readonly act: 'qa' | 'ops';
  readonly decision: 'pass' | 'reject';
  /** Keys of the boxes that were confirmed. */
  readonly confirmed: readonly string[];
  /** What shows a feature test, by its id: links. */
  readonly links: ReadonlyMap<string, string>;
  readonly comment: string;
}

/** The box that stands for the regression run. */
export const REGRESSION_BOX = 'regression run';

const NO_LINK = '(link)';

/** The number of a sign-off, over the plan and over what runs in staging: it is void once that is another. */
export function signoffNumber(act: 'qa' | 'ops', subject: StagedSubject): string {
  const { release, attempt, commit, specDigest, textDigest, images } = subject;
  return formNumber([
    `${act} sign-off`,
    release,
    String(attempt),
    commit,
    specDigest,
    textDigest,
    canonicalJson(images),
  ]);
}

/** What QA is asked: the regression run and each case of the feature test plan. */
export function qaQuestion(subject: StagedSubject, { testPlan }: Spec): Question<GivenSignoff> {
  const needing = testPlan.feature.filter((test) => test.needsEvidence === true);
  const suites = testPlan.regression.mandatorySuites;
  const form: Form = {
    act: 'qa',
    number: signoffNumber('qa', subject),
    boxes: new Map([
      [REGRESSION_BOX, `Regression run${suites.length === 0 ? '' : `: ${suites.join(', ')}`}`],
      ...testPlan.feature.map(({ id, title }) => [id, `${id}: ${title}`] as const),
    ]),
    fields: [DECISION, { name: 'Evidence', often: 'any', offered: needing.map(({ id }) => `${id}; ${NO_LINK}`) }],
  };
  return {
    form,
    read(filled) {
      const links = new Map<string, string>();
      for (const line of filled.all('Evidence')) {
        const [id = '', link = '', ...rest] = line.split(';').map((one) => one.trim());
        const isCase = testPlan.feature.some((test) => test.id === id);
        if (!isCase) return `the evidence "${line}" is of no case of the test plan`;
        if (links.has(id)) return `there are two lines of evidence of ${id}`;
        // What shows it is looked at by others: a path would be one on the machine that collects.
        if (rest.length > 0 || !/^https?:\/\/\S+$/.test(link)) return `the evidence of ${id} is no link: "${link}"`;
        links.set(id, link);
      }
      const without = needing.find(({ id }) => !links.has(id));
      if (without !== undefined && filled.one('Decision') === 'Pass') {
        return `${without.id} needs evidence: Evidence: ${without.id}; https://…`;
      }
      return judge('qa', form, filled, links);
    },
  };
}

/** What Operations is asked: each resource, the variables, and each alert. */
export function opsQuestion(subject: StagedSubject, spec: Spec): Question<GivenSignoff> {
  const variables = spec.environmentVariables.map(({ name }) => name);
  const boxes: readonly (readonly [string, string])[] = [
    ...spec.resources.map(({ name }) => [`resource ${name}`, `Provisioned: ${name}`] as const),
    ...(variables.length === 0 ? [] : [['variables', `Variables are set: ${variables.join(', ')}`] as const]),
    ...spec.alerts.map(({ name }) => [`alert ${name}`, `Alert is loaded and fires in staging: ${name}`] as const),
  ];
  const form: Form = {
    act: 'ops',
    number: signoffNumber('ops', subject),
    boxes: new Map(boxes.length === 0 ? [['nothing', 'The plan needs nothing new in staging']] : boxes),
    fields: [DECISION],
  };
  return { form, read: (filled) => judge('ops', form, filled, new Map()) };
}

const DECISION = { name: 'Decision', often: 'once', choices: ['Pass', 'Reject'] } as const;

/** A Pass has every box confirmed, and a Reject says what is wrong. */
function judge(
  act: 'qa' | 'ops',
  form: Form,
  filled: Filled,
  links: ReadonlyMap<string, string>,
): GivenSignoff | string {
  const decision = filled.one('Decision') === 'Pass' ? 'pass' : 'reject';
  const open = openBoxes(form, filled);
  if (decision === 'pass' && open.length > 0) return `a Pass confirms every box; open: ${open.join(', ')}`;
  if (decision === 'reject' && filled.comment === '') return 'a Reject says what is wrong in its comment';
  const confirmed = [...filled.boxes].filter(([, isConfirmed]) => isConfirmed).map(([key]) => key);
  return { act, decision, confirmed, links, comment: filled.comment };
}
