// What the R&D Lead of the demo writes into a drafted plan: only what people know and no diff can tell.
import { parseDocument } from 'yaml';

/** JUnit XML of the demo's regression run in staging. */
export const REGRESSION_REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="checkout" tests="3" failures="0" errors="0" skipped="0">
    <testcase classname="checkout" name="pays by card"/>
    <testcase classname="checkout" name="refuses an expired card"/>
    <testcase classname="checkout" name="keeps the cart when the payment fails"/>
  </testsuite>
</testsuites>
`;

/**
 * Fills what `relctl plan` marked TO BE WRITTEN, in place: comments and order stay.
 * @param {string} text the drafted plan, as it lies in the file
 * @param {string} reviewer who did the security review
 */
export function completePlan(text, reviewer) {
  const cut = text.indexOf('\nstatus:') + 1;
  const document = parseDocument(text.slice(0, cut), { lineWidth: 0 });
  const set = (path, value) => document.setIn(['spec', ...path], document.createNode(value));
  set(['impact', 'summary'], 'Shoppers can pay with a wallet; nothing changes for those who pay by card');
  set(['impact', 'users'], 'Everybody who checks out in the web shop');
  set(['testPlan', 'regression', 'mandatorySuites'], ['checkout']);
  set(
    ['testPlan', 'feature'],
    [
      { id: 'WAL-1', title: 'A shopper pays with a wallet' },
      { id: 'WAL-2', title: 'A refused wallet payment keeps the cart' },
    ],
  );
  set(['security', 'review'], 'done');
  set(['security', 'reviewer'], reviewer);
  set(['security', 'reference'], 'SEC-231');
  const migrations = document.toJS().spec.migrations ?? [];
  migrations.forEach((_migration, index) => {
    set(['migrations', index, 'up'], ['migrate', '-path', 'migrations', 'up', '1']);
    set(['migrations', index, 'down'], ['migrate', '-path', 'migrations', 'down', '1']);
  });
  set(
    ['smokeTests'],
    [
      { name: 'Home page', http: { url: 'https://example.com/', status: 200 } },
      { name: 'Pay one cent with a wallet', manual: 'Check out with a test wallet and look at the receipt' },
    ],
  );
  set(
    ['successMetrics'],
    [
      {
        name: 'wallet share of orders',
        direction: 'up',
        baseline: 0,
        target: 5,
        guardrail: 0.5,
        owner: document.getIn(['spec', 'owners', 'productManager']),
      },
    ],
  );
  for (const [path, hint] of unwritten(document.toJS().spec)) set(path, ANSWERS[path.at(-1)] ?? hint);
  return `${document.toString({ lineWidth: 0 })}${text.slice(cut)}`;
}

/** What stands for the marks that remain, by the name of the field. */
const ANSWERS = {
  change: 'Wallet as a way to pay',
  notes: 'A secret and a table are new; the table is only added to',
};

/** Paths of the strings that are still to be written, with their hints. */
function unwritten(value, path = []) {
  if (typeof value === 'string') {
    return value.includes('TO BE WRITTEN') ? [[path, value.replace(/^.*TO BE WRITTEN:? ?/, '')]] : [];
  }
  if (value === null || typeof value !== 'object') return [];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item]) : Object.entries(value);
  return entries.flatMap(([key, item]) => unwritten(item, [...path, key]));
}
