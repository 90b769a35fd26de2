import { afterEach, expect, test } from 'vitest';
import { plan } from '../../../../../src/usecases/plan.ts';
import { gitFixture } from '../../../../support/git-fixture.ts';
import {
  branch,
  manifest,
  NO_FLAGS,
  type PlanningGround,
  planningGround,
  WINDOW,
} from '../../../../support/planning-ground.ts';
import { PEOPLE } from '../../../../support/sample-plan.ts';

const ID = '2026-12-wallet';
let ground: PlanningGround;
afterEach(() => ground.remove());

/** Plans, and gives what is found and what was noted meanwhile. */
async function planned(flags: object) {
  const notes: string[] = [];
  const sink = {
    emit: (one: { type: string; text?: string }) => void (one.type === 'note' && notes.push(one.text ?? '')),
  };
  const outcome = await plan(ground.context({ sink } as never), ID, {
    ...NO_FLAGS,
    feature: 'Wallet',
    window: WINDOW,
    ...flags,
  });
  const data = outcome.data as {
    findings: readonly { code: string; problem: string }[];
    found: { unread: readonly object[]; services: readonly { name: string }[] };
  };
  return { data, notes, text: await ground.text(ID) };
}
const problems = (findings: readonly { code: string; problem: string }[], code: string): string[] =>
  findings.filter((one) => one.code === code).map((one) => one.problem);

const alembic = (id: string, down: string | undefined, up: string, back: string): string =>
  `from alembic import op\nrevision = '${id}'\ndown_revision = ${down === undefined ? 'None' : `'${down}'`}\n\ndef upgrade():\n    ${up}\n\ndef downgrade():\n    ${back}\n`;

test('a chain of Alembic whose ids sort the other way, the first of which drops a column, is one Job and two releases', async () => {
  ground = await planningGround();
  const { git } = ground;
  git.commit({
    'services/api/versions/a1.py': alembic('a1b2', undefined, "op.create_table('orders')", "op.drop_table('orders')"),
  });
  git.git('tag', '-f', 'v4.1.0');
  branch(git, 'feature/wallet', {
    'services/api/versions/f2.py': alembic(
      'f2a4',
      'a1b2',
      "op.drop_column('orders', 'old')",
      "op.add_column('orders', sa.Column('old'))",
    ),
    'services/api/versions/b6.py': alembic('b6e8', 'f2a4', "op.create_table('cards')", "op.drop_table('cards')"),
  });
  const { data, text } = await planned({ base: 'v4.1.0', branches: ['feature/wallet'] });
  expect(text).toMatch(
    /id: b6e8\n.*\n {6}when: before-canary\n {6}up: \[alembic, upgrade, b6e8\]\n {6}reversible: false\n {6}pointOfNoReturn: true\n {6}covers: \[f2a4, b6e8\]/,
  );
  expect(problems(data.findings, 'migrations.two-releases')).toEqual([
    expect.stringMatching(/^two releases.*f2a4 drops the column orders old.*b6e8/),
  ]);
  expect(problems(data.findings, 'unplanned.migration')).toEqual([]);
  expect(problems(data.findings, 'stale.migration')).toEqual([]);
});

test('two branches with an Alembic revision each on the same parent are two heads', async () => {
  ground = await planningGround();
  const { git } = ground;
  git.commit({
    'services/api/versions/a1.py': alembic('a1b2', undefined, "op.create_table('orders')", "op.drop_table('orders')"),
  });
  git.git('tag', '-f', 'v4.1.0');
  for (const [name, id] of [
    ['wallet', 'f2a4'],
    ['cards', 'b6e8'],
  ] as const)
    branch(git, `feature/${name}`, {
      [`services/api/versions/${id}.py`]: alembic(id, 'a1b2', `op.create_table('${name}')`, `op.drop_table('${name}')`),
    });
  const { data } = await planned({ base: 'v4.1.0', branches: ['feature/wallet', 'feature/cards'] });
  expect(problems(data.findings, 'migrations.order')).toEqual([expect.stringContaining('2 heads')]);
});

test('a field of Django whose earlier definition is not there is asked for', async () => {
  ground = await planningGround();
  branch(ground.git, 'feature/wallet', {
    'services/api/shop/migrations/0002_x.py':
      'class Migration(migrations.Migration):\n    dependencies = [("shop", "0001_initial")]\n    operations = [migrations.AlterField("basket", "state", models.TextField())]\n',
  });
  const { data, text } = await planned({ base: 'v4.1.0', branches: ['feature/wallet'] });
  expect(text).toMatch(/compatibility: .*TO BE WRITTEN: can the version that runs now work with it/);
  expect(problems(data.findings, 'plan.unwritten')).toContain(
    'migrations[shop-0002-x].compatibility is still to be written',
  );
});

test('a branch whose merge the base reverted lacks what the merge brought', async () => {
  ground = await planningGround();
  const { git } = ground;
  branch(git, 'feature/wallet', { 'services/api/src/wallet.js': 'export const wallet = process.env.WALLET_URL;\n' });
  git.git('merge', '--quiet', '--no-ff', '-m', 'Merge feature/wallet', 'feature/wallet');
  git.git('revert', '--no-edit', '-m', '1', 'HEAD');
  git.git('tag', 'v4.2.1');
  git.git('switch', '--quiet', 'feature/wallet');
  git.commit(
    { 'services/api/src/limit.js': '3;\n' },
    `fix\n\nApproved-by: Priya <${PEOPLE.productManager}>`,
    'Dev <dev@example.com>',
  );
  git.git('switch', '--quiet', 'main');
  const { data } = await planned({ base: 'v4.2.1', branches: ['feature/wallet'] });
  expect(problems(data.findings, 'candidate.reverted')).toEqual([
    expect.stringMatching(/^v4\.2\.1 took back a merge of feature\/wallet/),
  ]);
});

test('a branch that was squashed into the base brings nothing, and that is said', async () => {
  ground = await planningGround();
  const { git } = ground;
  branch(git, 'feature/wallet', { 'services/api/src/wallet.js': '1;\n' });
  git.git('merge', '--quiet', '--squash', 'feature/wallet');
  git.git('commit', '-q', '-m', 'Wallet (#418)');
  git.git('tag', 'v4.2.0');
  await expect(planned({ base: 'v4.2.0', branches: ['feature/wallet'] })).rejects.toMatchObject({
    code: 'candidate.no-services',
    message: expect.stringContaining('nothing changes between base and candidate'),
  });
});

test('a bumped submodule is a change of its service, and what lies in it is named as unread', async () => {
  ground = await planningGround((config) => {
    (config as { services: { api: { paths: string[] } } }).services.api.paths = ['vendor/api/**'];
  });
  const { git } = ground;
  const sub = gitFixture();
  try {
    sub.commit({ 'main.js': '1;\n' });
    git.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', sub.root, 'vendor/api');
    git.git('commit', '-q', '-m', 'submodule');
    git.git('tag', '-f', 'v4.1.0');
    const two = sub.commit({ 'main.js': 'process.env.WALLET_URL;\n' });
    git.git('switch', '-q', '-c', 'feature/wallet');
    git.git('update-index', '--cacheinfo', `160000,${two},vendor/api`);
    git.git(
      'commit',
      '-q',
      '--author=Dev <dev@example.com>',
      '-m',
      `bump\n\nApproved-by: Priya <${PEOPLE.productManager}>`,
    );
    git.git('submodule', 'deinit', '-f', '--all');
    git.git('switch', '-q', '-f', 'main');
    const { data, text } = await planned({ base: 'v4.1.0', branches: ['feature/wallet'] });
    expect(data.found.services.map(({ name }) => name)).toEqual(['api']);
    expect(data.found.unread).toEqual([{ file: 'vendor/api', reason: expect.stringMatching(/submodule .* not seen/) }]);
    expect(text).toContain('Not analysed, so a finding may be missing: it is a submodule');
  } finally {
    sub.remove();
  }
});

test('the base is the newest version of this line; a maintenance release that was tagged later is named', async () => {
  ground = await planningGround();
  const { git } = ground;
  git.git('tag', 'v4.0.0', 'v4.1.0');
  git.commit({ 'services/web/src/two.js': 'two\n' });
  git.git('tag', '-f', 'v4.1.0');
  git.git('switch', '--quiet', '-c', 'maintenance/4.0', 'v4.0.0');
  git.commit({ 'services/api/src/main.js': 'fix\n' });
  git.git('tag', 'v4.0.1');
  git.git('switch', '--quiet', 'main');
  git.git('branch', '-D', 'maintenance/4.0');
  branch(git, 'feature/wallet', {
    'services/api/src/wallet.js': '1;\n',
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
  });
  const { notes, text } = await planned({ branches: ['feature/wallet'] });
  expect(text).toContain('base: v4.1.0');
  expect(notes).toContainEqual(expect.stringContaining('v4.0.1 was tagged later'));
});

test('tags of packages that were made after the newest version are named: production may run one of them', async () => {
  ground = await planningGround();
  const { git } = ground;
  git.commit({ 'services/web/src/two.js': 'two\n' }, 'Version packages');
  git.git('tag', '-a', '-m', 'x', '@acme/api@2.3.1');
  git.git('tag', '-a', '-m', 'x', '@acme/web@5.0.0-rc.1');
  branch(git, 'feature/wallet', {
    'services/api/src/wallet.js': '1;\n',
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
  });
  const { notes } = await planned({ branches: ['feature/wallet'] });
  expect(notes).toContainEqual(
    'base is v4.1.0: packages were tagged later (@acme/api@2.3.1); --base @acme/api@2.3.1 if production runs that',
  );
});
