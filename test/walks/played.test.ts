import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { tell } from '../support/hostile/told.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/** In the sandbox one person plays everybody: whatever comes next can be pasted by whoever reads it. */

let company: Company;
beforeAll(async () => {
  company = await openCompany({ onDisk: true });
});
afterAll(() => company.close());

/** The words of a command as a shell would read them; these have no quotes. */
const words = (line: string) => line.split(' ').slice(1);
const nextIn = (text: string) => [...text.matchAll(/^ +(relctl .*)$/gm)].map(([, line = '']) => line);

/** What each command is asked besides what its line in Next holds. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'signoff cab': [
    '--decision',
    'go',
    '--comment',
    'fine',
    '--operational-readiness',
    '--security-review',
    '--impact-assessment',
  ],
};

test('from the draft to staging, every step is the line that Next showed', async () => {
  const stranger = ['--as', 'nobody@example.com'];
  let shown = await tell(company.git.root, ['status', company.id]);
  const given: string[] = [];
  for (let steps = 0; steps < 8; steps += 1) {
    const [line = ''] = nextIn(shown.stdout);
    given.push(line);
    if (line.startsWith('relctl signoff qa')) break;
    expect(line).toMatch(/ --as \S+@\S+$/);
    const [verb = '', noun = ''] = words(line);
    const answers = ANSWERS[`${verb} ${noun}`] ?? [];
    const done = await tell(company.git.root, [...words(line), ...answers]);
    expect(done.exitCode === 0 ? '' : done.stderr).toBe('');
    shown = await tell(company.git.root, ['status', company.id, ...stranger]);
  }
  expect(given).toEqual([
    `relctl submit-cab ${company.id} --as ${PEOPLE.rdLead}`,
    `relctl signoff cab ${company.id} --as ${PEOPLE.cab[0]}`,
    `relctl signoff cab ${company.id} --as ${PEOPLE.cab[1]}`,
    `relctl stage ${company.id} --as ${PEOPLE.rdLead}`,
    `relctl signoff qa ${company.id} --as ${PEOPLE.qa[0]}`,
  ]);
  const { data } = JSON.parse((await tell(company.git.root, ['status', company.id, '--json'])).stdout);
  expect(data.next[0].command).toBe(given.at(-1));
  const own = await tell(company.git.root, ['status', company.id, '--as', PEOPLE.qa[0] ?? '']);
  expect(nextIn(own.stdout)[0]).toBe(`relctl signoff qa ${company.id}`);
});
