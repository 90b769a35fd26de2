import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createUnsent } from '../../src/adapters/fs/unsent.ts';
import { RelctlError } from '../../src/errors.ts';
import { sha256 } from '../../src/plan/digest.ts';
import type { Notifier } from '../../src/ports/notifier.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { remind } from '../../src/usecases/remind.ts';
import { takeUp } from '../../src/usecases/runner/take-up.ts';
import { deadRuns } from '../support/company.ts';
import { OPERATOR, submit, toProduction, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';
import { stateOf } from '../support/state.ts';

/** Where people sign, whoever may push keeps no message from them: neither as sent, nor by taking it out. */
let company: SignedCompany;
afterEach(() => company.close());

const chat = {
  shape: {
    config: (config: Record<string, unknown>) => {
      config.notifications = [{ name: 'chat', kind: 'command', command: ['true'] }];
    },
  } as never,
};

/** A channel that takes a message only while it is up. */
function channel(): { up: boolean; readonly got: string[]; readonly texts: string[]; readonly notifier: Notifier } {
  const one = {
    up: true,
    got: [] as string[],
    texts: [] as string[],
    notifier: {
      channelsFor: () => [{ name: 'chat', required: false }],
      send: async (_: string, { topic, text }: { readonly topic: string; readonly text: string }) => {
        if (!one.up) throw new RelctlError('notification.failed', 'chat does not answer', { hints: ['wait'] });
        one.got.push(topic);
        one.texts.push(text);
      },
    },
  };
  return one;
}

const sent = (key: string): Written => ({
  actor: PEOPLE.rdLead,
  type: 'notification.sent',
  data: { key, channel: 'chat' },
});

it.each([
  ['said to be sent', (all: readonly Written[], key: string) => [...all, sent(key)]],
  [
    'said to be sent from the beginning',
    (all: readonly Written[], key: string) =>
      all.map((one) => (one.type === 'notification.failed' ? { ...one, ...sent(key) } : one)),
  ],
  ['taken out', (all: readonly Written[]) => all.filter(({ type }) => !type.startsWith('notification.'))],
])('a message that did not get through is sent, although it is %s', async (_, change) => {
  company = await openSignedCompany(chat);
  const to = channel();
  const own: Partial<Context> = { notifier: to.notifier, unsent: createUnsent(await stateOf(company.git.root)) };
  to.up = false;
  await submit(company, own);
  const key = sha256(`${company.id} cab.submitted round 1`).slice(0, 32);
  await forge(company, (all) => change(all, key));
  to.up = true;
  await remind(company.as(PEOPLE.rdLead, own), company.id);
  expect(to.got.filter((topic) => topic === 'cab.submitted')).toEqual(['cab.submitted']);
  await remind(company.as(PEOPLE.rdLead, own), company.id);
  expect(to.got.filter((topic) => topic === 'cab.submitted')).toHaveLength(1);
});

it('another machine sends what did not get through, in the words of the policy and no others', async () => {
  company = await openSignedCompany(chat);
  const to = channel();
  to.up = false;
  await submit(company, { notifier: to.notifier });
  to.up = true;
  const asked = async (text: string | undefined, channels = ['chat']) => {
    await forge(company, (all) =>
      all.map((one) =>
        one.type === 'notification.queued'
          ? { ...one, data: { ...one.data, channels, ...(text === undefined ? {} : { text }) } }
          : one,
      ),
    );
    const before = to.got.length;
    await remind(company.as(PEOPLE.cab[0], { notifier: to.notifier }), company.id);
    return to.got.slice(before).filter((topic) => topic === 'cab.submitted').length;
  };
  const { events } = await company.plan();
  const queued = events.find((one) => one.type === 'notification.queued');
  const { text = '' } = (queued?.data ?? {}) as { readonly text?: string };
  expect(await asked('CAB: nothing to do for you, the release was withdrawn')).toBe(0);
  expect(await asked(text, ['pager'])).toBe(0);
  // What the policy leaves open is somebody's words, and is left out.
  expect(await asked(`${text} `.replace(/Answer with: .*$/, 'Answer with: https://mallory.example'))).toBe(1);
  expect(to.texts.at(-1)).toBe(
    `An unsigned message was recorded for ${company.id}, and its words are left out; see: relctl audit ${company.id}`,
  );
  expect(to.texts.join()).not.toContain('mallory');
});

it('a machine that remembers nothing sends once more what had failed, where nobody signed that it arrived since', async () => {
  company = await openSignedCompany(chat);
  const to = channel();
  to.up = false;
  await submit(company, { notifier: to.notifier });
  const key = sha256(`${company.id} cab.submitted round 1`).slice(0, 32);
  await forge(company, (all) => [...all, sent(key)]);
  to.up = true;
  const told = async () => {
    await remind(company.as(PEOPLE.cab[0], { notifier: to.notifier }), company.id);
    return to.got.filter((topic) => topic === 'cab.submitted').length;
  };
  expect(await told()).toBe(1);
  // A day later it is no news any more.
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 25 * 3_600_000);
  const before = to.got.filter((topic) => topic === 'cab.submitted').length;
  expect(await told()).toBe(before);
});

it('people are called for a dead run, whoever has recorded that they were', async () => {
  company = await openSignedCompany(chat);
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
  const dying = { store: dyingStore(company.store, 'canary.judged', 'before'), runs: deadRuns(company) };
  await expect(toProduction(company, {}, dying)).rejects.toBeInstanceOf(Killed);
  const token = (await company.state()).deployment?.run?.token;
  const key = sha256(`${company.id} release.unattended 1 ${token}`).slice(0, 32);
  const queued = { key, topic: 'release.unattended', text: 'PAGE: all is well', channels: ['chat'] };
  await forge(company, (all) => [...all, { ...sent(key), type: 'notification.queued', data: queued }, sent(key)]);
  const to = channel();
  const look = () =>
    takeUp(company.as(OPERATOR, { notifier: to.notifier }), company.id, () => Promise.reject(new Error('not asked')));
  to.up = false;
  expect(await look()).toMatchObject({ data: { act: 'called' } });
  to.up = true;
  await look();
  const calls = () => to.got.filter((topic) => topic === 'release.unattended');
  expect(calls()).toHaveLength(1);
  await look();
  expect(calls()).toHaveLength(1);
});

it('Operations is told that a deployment begins, whatever was queued before', async () => {
  company = await openSignedCompany(chat);
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  const key = sha256(`${company.id} deploy.starting attempt 1`).slice(0, 32);
  const queued = { key, topic: 'deploy.starting', text: 'nothing happens today', channels: ['chat'] };
  await forge(company, (all) => [...all, { ...sent(key), type: 'notification.queued', data: queued }, sent(key)]);
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');
  const to = channel();
  await toProduction(company, { mode: 'full' }, { notifier: to.notifier });
  expect(to.got).toContain('deploy.starting');
});

it('what is remembered of a garbled file is nothing', async () => {
  company = await openSignedCompany();
  const folder = await stateOf(company.git.root);
  const unsent = createUnsent(folder);
  await unsent.remember('one', { key: 'k', topic: 'reminder', text: 'x', channels: ['chat'] });
  expect(await unsent.of('one')).toHaveLength(1);
  writeFileSync(join(folder, 'unsent', 'one.json'), '{');
  expect(await unsent.of('one')).toEqual([]);
});
