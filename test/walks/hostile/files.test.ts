import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { wordingOf } from '../../../src/adapters/hooks/wording.ts';
import { configSchema } from '../../../src/plan/config.ts';
import { type Company, openCompany } from '../../support/company.ts';
import { walkTo } from '../../support/company-walk.ts';
import { inertTerminal } from '../../support/hostile/inert.ts';
import { Outputs } from '../../support/hostile/outputs.ts';
import { hostileText, mostHostile } from '../../support/hostile/payload.ts';
import { putText, textsAt, textsOf } from '../../support/hostile/schema-texts.ts';
import { wordOf } from '../../support/hostile/whole-plan.ts';
import { PEOPLE } from '../../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

/** The text in XML 1.0, which has no control characters. */
const xml = (text: string) =>
  text.replace(/[&<>"']|(?![\n\r\t])\p{Cc}/gu, (one) => (/\p{Cc}/u.test(one) ? ' ' : `&#${one.codePointAt(0)};`));

describe('a test report in which every text tries to be more than text', () => {
  it('stays text in the sign-off, in what it keeps, and in every page and document of the release', async () => {
    company = await openCompany({ onDisk: true });
    await walkTo(company, 'staged');
    const [tester = ''] = PEOPLE.qa;
    const outputs = new Outputs(company.git.root);
    mkdirSync(join(company.git.root, 'reports'));
    const text = (word: string) => xml(hostileText(word));
    writeFileSync(
      join(company.git.root, 'reports/hostile.xml'),
      `<testsuites name="${text('suites')}"><testsuite name="${text('suite')}" tests="2" failures="1">
<testcase classname="${text('class')}" name="${text('test')}" time="0.1"/>
<testcase classname="c" name="${text('failing')}"><failure message="${text('message')}" type="${text('type')}">${text('body')}</failure></testcase>
<system-out>${text('out')}</system-out></testsuite></testsuites>`,
    );
    const features = (await company.plan()).spec.testPlan.feature.flatMap(({ id }) => ['--passed', id]);
    const sign = ['signoff', 'qa', company.id, '--junit', 'reports/*.xml', ...features, '--as', tester];
    await outputs.say([...sign, '--decision', 'pass']);
    await outputs.say([...sign, '--decision', 'reject', '--comment', hostileText('comment')]);
    for (const argv of [
      ['status', company.id, '--verbose'],
      ['audit', company.id],
      ['packet', company.id],
      ['report', company.id],
      ['report', company.id, '--format', 'markdown'],
      ['report', '--site', '--output', 'releases/site'],
    ])
      await outputs.say(argv);
    outputs.lookAtFiles();
    expect(outputs.looked).toBeGreaterThan(12);
    outputs.paste();
    expect(outputs.faults).toEqual([]);
  });
});

describe('a relctl.yaml in which every text tries to be more than text', () => {
  it('is told in text, whether it can be read or not', async () => {
    company = await openCompany({ onDisk: true });
    const outputs = new Outputs(company.git.root);
    const file = join(company.git.root, 'relctl.yaml');
    const honest = {
      ...(parse(readFileSync(file, 'utf8')) as object),
      notifications: [
        { kind: 'webhook', name: 'events', url: 'http://127.0.0.1:9/x' },
        { kind: 'slack', name: 'chat', urlFrom: 'SLACK_URL' },
      ],
    };
    const places = textsOf(configSchema).flatMap((path) => textsAt(honest, path).map((one) => ({ ...one, of: path })));
    expect(places.length).toBeGreaterThan(15);
    const names = places.filter(({ of }) => of.join('.') === 'notifications.*.name');
    expect(names.length).toBe(2);
    for (const { path, of } of places) {
      const document = structuredClone(honest);
      const taken = mostHostile(wordOf(of), (text) => {
        putText(document, path, text);
        return configSchema.safeParse(document).success;
      });
      putText(document, path, taken ?? hostileText(wordOf(of)));
      writeFileSync(file, stringify(document));
      await outputs.say(['status', company.id, '--as', PEOPLE.rdLead]);
      await outputs.say(['list', '--json']);
    }
    outputs.paste();
    expect(outputs.faults).toEqual([]);
  });
});

describe('a message in which every text tries to be more than text', () => {
  it('is plain lines in a mailbox and a chat', () => {
    const message = {
      key: hostileText('key'),
      topic: 'cab.submitted',
      text: hostileText('text'),
      release: hostileText('release'),
      feature: hostileText('feature'),
      informed: [hostileText('owner')],
      at: '2026-12-01T10:00:00Z',
      simulated: false,
    } as never;
    const { title, text, facts } = wordingOf(message);
    // A mailbox and a chat obey no line; what is not seen, or turns others, is.
    const unseen = (said: string) => inertTerminal(said).filter((fault) => fault.startsWith('holds'));
    for (const line of [title, ...facts.flat()]) {
      expect(unseen(line)).toEqual([]);
      expect(line).not.toContain('\n');
    }
    expect(unseen(text)).toEqual([]);
  });
});
