import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/domain/outcome/outcome.ts';
import { renderMarkdown } from '../../../src/renderers/markdown.ts';

const draw = (...blocks: Block[]): string => renderMarkdown({ result: 'done', headline: 'Done', blocks, data: {} });

describe('Markdown', () => {
  it('draws every kind of block', () => {
    const text = renderMarkdown({
      result: 'gate',
      headline: 'Not yet',
      simulated: true,
      data: {},
      blocks: [
        { kind: 'facts', facts: [['Phase', 'staged']] },
        { kind: 'heading', text: 'Gates' },
        {
          kind: 'checks',
          checks: [
            { state: 'ok', text: 'CAB', detail: '3 of 3' },
            { state: 'failed', text: 'QA' },
          ],
        },
        { kind: 'table', columns: ['a', 'b'], rows: [['1', 'x|y'], ['2']] },
        { kind: 'verbatim', text: 'relctl ```\n' },
        { kind: 'next', actions: [{ who: 'qa', command: 'relctl signoff qa x', why: 'records' }] },
      ],
    });
    expect(text).toBe(`## ⛔ Not yet

> **Simulated**: made on the sandbox; it satisfies no gate of a real release.

- **Phase**: staged

### Gates

- ✅ CAB: 3 of 3
- ❌ QA

| a | b |
| --- | --- |
| 1 | x\\|y |
| 2 |  |

\`\`\`\`
relctl \`\`\`
\`\`\`\`

**Next**

- qa: \`relctl signoff qa x\`: records
`);
  });

  it('takes the meaning from what comes from elsewhere', () => {
    const nasty = '<img src=x onerror=alert(1)> [click](javascript:x) **bold** `code` <!-- hidden\n# heading';
    const text = draw({ kind: 'text', text: nasty }, { kind: 'facts', facts: [[nasty, nasty]] });
    expect(text).not.toContain('<');
    expect(text).not.toMatch(/(?<!\\)\[click/);
    expect(text).not.toMatch(/(?<!\\)\*\*bold/);
    expect(text).not.toMatch(/^# heading/m);
  });

  it('leaves names with underscores readable', () => {
    expect(draw({ kind: 'text', text: 'America/New_York and _emphasis_' })).toContain(
      'America/New_York and \\_emphasis\\_',
    );
  });

  it('keeps a command with backticks in one code span', () => {
    expect(draw({ kind: 'next', actions: [{ who: 'me', command: '`x` ``y``' }] })).toContain('``` `x` ``y`` ```');
  });
});
