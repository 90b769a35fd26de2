import { afterAll, beforeAll, expect, test } from 'vitest';
import { cabPacket } from '../../../../../src/usecases/packet/build.ts';
import { plan } from '../../../../../src/usecases/plan.ts';
import { observe } from '../../../../../src/usecases/planning/check/observe.ts';
import { openRelease } from '../../../../../src/usecases/release/open.ts';
import {
  branch,
  manifest,
  NO_FLAGS,
  type PlanningGround,
  planningGround,
  WINDOW,
} from '../../../../support/planning-ground.ts';

const ID = '2026-12-wallet';
let ground: PlanningGround;
beforeAll(async () => {
  ground = await planningGround();
  branch(ground.git, 'feature/wallet', {
    'services/api/migrations/20261101_wallet.js':
      "exports.up = (knex) => knex.schema.createTable('wallet', (t) => t.increments());\nexports.down = (knex) => knex.schema.dropTable('wallet');\n",
    'services/api/db/20261102_cards.up.sql': 'CREATE TABLE cards (id int);\n',
    'services/api/db/20261102_cards.down.sql': 'DROP TABLE cards;\n',
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
  });
  await plan(ground.context(), ID, { ...NO_FLAGS, feature: 'Wallet', branches: ['feature/wallet'], window: WINDOW });
});
afterAll(() => ground.remove());

test('a draft says of each command either that it is suggested or that it is still to be written', async () => {
  const text = await ground.text(ID);
  expect(text).toContain('# knex; up and down is the usual command of the tool, and only a suggestion: check it');
  const open = text.slice(text.indexOf('id: 20261102'));
  expect(open).toMatch(/up:\n.*TO BE WRITTEN/);
  expect(text).toMatch(
    /# [a-z-]+(, which runs [a-z ]+)?; up and down to be written by you: relctl knows no usual command/,
  );
});

test('the packet names the ways back that stand as they were suggested, and none that a person has changed', async () => {
  const suggested = async () => {
    const context = ground.context();
    const { sections } = await cabPacket(context, await observe(context, await openRelease(context, ID)), 1);
    return JSON.stringify(sections).match(/npx knex (--verbose )?migrate:down[^"]*/g);
  };
  expect(await suggested()).toEqual([
    'npx knex migrate:down 20261101_wallet.js (suggested by relctl: the usual command of the tool)',
  ]);
  const before = await ground.store.load(ID);
  const head = before.head.replace(/(["\s-]*)migrate:down(?=["\s,])/, '$1--verbose,$&');
  expect(head).not.toBe(before.head);
  await ground.store.rewrite(before, head);
  expect(await suggested()).toEqual(['npx knex --verbose migrate:down 20261101_wallet.js']);
});
