import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plan } from '../../../../../src/usecases/plan.ts';
import {
  branch,
  manifest,
  NO_FLAGS,
  openGround,
  planningGround,
  productFiles,
  WINDOW,
} from '../../../../support/planning-ground.ts';

const ID = '2026-12-wallet';
const SETTINGS = ['relctl.yaml', 'relctl/process/standard-3.0.yaml'];

/** More settings than a reader that takes a line for a level would bear. */
const variables = Array.from({ length: 60 }, (_, index) => ({ name: `SETTING_${index}`, value: `${index}` }));

/** A file of each kind that a plan is drafted from, at the base and in the candidate. */
const BASE: Readonly<Record<string, string>> = {
  ...productFiles(),
  '.github/CODEOWNERS': '# who\n/services/api/ api@example.com\n',
  'services/web/package.json': '{\n  "name": "web",\n  "dependencies": {\n    "left-pad": "1.0.0"\n  }\n}\n',
};
const CANDIDATE: Readonly<Record<string, string>> = {
  'services/api/src/wallet.js': "// calls\nexport const wallet = process.env.WALLET_URL;\nexport const x = '3';\n",
  'services/api/settings.py': "import os\n\nKEY = os.environ['API_KEY']\n",
  'services/api/db/migrations/V12__cards.sql':
    '-- cards\nCREATE TABLE cards (id int);\nALTER TABLE orders DROP COLUMN old;\n',
  'services/web/package.json': '{\n  "name": "web",\n  "dependencies": {\n    "left-pad": "2.0.0"\n  }\n}\n',
  'deploy/production/api.yaml': manifest('api', { version: '4.2.0', env: variables }),
};

/** The plan that is drafted where every file ends its lines so; commits differ with them. */
async function drafted(end: string): Promise<string> {
  const made = await planningGround();
  try {
    const ended = (files: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('\n', end)]));
    for (const path of SETTINGS) {
      const text = readFileSync(join(made.git.root, path), 'utf8');
      writeFileSync(join(made.git.root, path), text.replaceAll('\n', end));
    }
    made.git.commit(ended(BASE), 'Version 4.1.0');
    made.git.git('tag', '--force', 'v4.1.0');
    branch(made.git, 'feature/wallet', ended(CANDIDATE));
    const ground = await openGround(made.git);
    const flags = { ...NO_FLAGS, feature: 'Wallet', window: WINDOW, base: 'v4.1.0', branches: ['feature/wallet'] };
    const { data } = await plan(ground.context(), ID, flags);
    expect(data).toMatchObject({ found: { unread: [] } });
    return (await ground.text(ID)).replace(/\b[0-9a-f]{7,64}\b/g, '#');
  } finally {
    made.remove();
  }
}

test('a product whose files have CRLF, its settings among them, has the same plan as one with LF', async () => {
  const text = await drafted('\n');
  // Every kind of file has said something, or the plans would be alike for nothing.
  for (const part of ['WALLET_URL', 'API_KEY', 'SETTING_59', 'V12__cards.sql', 'left-pad'])
    expect(text).toContain(part);
  expect(await drafted('\r\n')).toBe(text);
});
