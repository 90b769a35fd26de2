import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, TESTER, walkTo } from '../support/company-walk.ts';
import { installRelctl } from '../support/installed.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { treeDigest } from '../support/tree-digest.ts';

const relctl = installRelctl();
afterAll(() => relctl.remove());

/** Every step of the process as it would be typed, by whoever may give it. */
const STEPS: Readonly<Record<string, readonly [who: string, ...args: string[]]>> = {
  'submit-cab': [PEOPLE.rdLead, 'submit-cab'],
  'signoff cab': [
    PEOPLE.cab[0],
    ...['signoff', 'cab', '--decision', 'go'],
    ...['--operational-readiness', '--security-review', '--impact-assessment'],
  ],
  stage: [PEOPLE.rdLead, 'stage'],
  'signoff qa': [TESTER, 'signoff', 'qa', '--junit', 'reports/*.xml', '--decision', 'pass'],
  'signoff ops': [OPERATOR, 'signoff', 'ops', '--decision', 'pass'],
  deploy: [OPERATOR, 'deploy'],
  'deploy --canary': [OPERATOR, 'deploy', '--canary'],
  'deploy --promote': [OPERATOR, 'deploy', '--promote'],
  'deploy --resume': [OPERATOR, 'deploy', '--resume'],
  'deploy --abort': [OPERATOR, 'deploy', '--abort'],
  rollback: [OPERATOR, 'rollback', '--reason', 'checkouts fail', '--confirm'],
  verify: [OPERATOR, 'verify'],
  hypercare: [OPERATOR, 'hypercare', '--once'],
  'hypercare --incident': [OPERATOR, 'hypercare', '--incident', 'INC-1', '--severity', '2'],
  'hypercare --exit': [OPERATOR, 'hypercare', '--exit', '--confirm'],
  review: [PEOPLE.productManager, 'review'],
};

/** Where a release stands, and the steps that are not due there. */
const OUT_OF_TURN = {
  submitted: Object.keys(STEPS).filter((step) => step !== 'signoff cab'),
  staged: Object.keys(STEPS).filter((step) => !['signoff qa', 'signoff ops', 'stage'].includes(step)),
  closed: Object.keys(STEPS),
} as const;

describe('a step of the process that is not due', () => {
  const companies = new Map<string, Company>();
  beforeAll(async () => {
    await Promise.all(
      (Object.keys(OUT_OF_TURN) as (keyof typeof OUT_OF_TURN)[]).map(async (station) => {
        const company = await openCompany({ onDisk: true });
        await walkTo(company, station);
        companies.set(station, company);
      }),
    );
  });
  afterAll(() => {
    for (const company of companies.values()) company.close();
  });

  it.each(Object.entries(OUT_OF_TURN).flatMap(([station, steps]) => steps.map((step) => [station, step] as const)))(
    '%s: %s exits 4, names gate, person and command, and changes nothing',
    async (station, step) => {
      const company = companies.get(station) as Company;
      const [who, ...args] = STEPS[step] as readonly [string, ...string[]];
      const before = treeDigest(company.git.root);
      const { exitCode, stdout } = await relctl.run([...args, company.id, '--json', '--as', who], {
        cwd: company.git.root,
      });
      expect(exitCode, stdout).toBe(4);
      const { error } = JSON.parse(stdout) as {
        error: { code: string; message: string; data: { refusals: Refusal[] } };
      };
      expect(error.code).toBe('gate.refused');
      expect(error.message.slice(0, error.message.indexOf(' is refused'))).toBe(`${step} ${company.id}`);
      for (const refusal of error.data.refusals) {
        expect(refusal.gate).toMatch(/^[a-z]+(\.[a-z-]+)+$/);
        expect(refusal.who.length).toBeGreaterThan(0);
        expect(refusal.command).toMatch(/^relctl \S/);
      }
      expect(treeDigest(company.git.root)).toEqual(before);
    },
  );
});

interface Refusal {
  readonly gate: string;
  readonly who: readonly string[];
  readonly command: string;
}
