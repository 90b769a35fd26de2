import { expect, it } from 'vitest';
import { withCode } from '../../../../src/domain/document/model.ts';
import { markdownOf } from '../../../../src/renderers/markdown/writer.ts';

const shown = (written: string) =>
  markdownOf({ title: 't', notices: [], blocks: [{ kind: 'list', ordered: false, items: [withCode(written)] }] })
    .split('\n')
    .at(-2);

it.each([
  [
    'Run `relctl rollback r --reason "<what is wrong>"`: it restores',
    '- Run `relctl rollback r --reason "<what is wrong>"`: it restores',
  ],
  ['`a|b` first', '- `a|b` first'],
  ['one ` alone, and <b>', '- one \\` alone, and \\<b>'],
])('%s', (written, markdown) => {
  expect(shown(written)).toBe(markdown);
});
