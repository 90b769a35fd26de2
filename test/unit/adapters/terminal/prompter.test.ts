import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createPrompter, type PrompterOptions } from '../../../../src/adapters/terminal/prompter.ts';
import { PLAIN_STYLE } from '../../../../src/renderers/style.ts';

const ESC = '\u001b';
const DOWN = `${ESC}[B`;
/** Any control of the terminal but paint. */
const MOVE = new RegExp(`${ESC}\\[[\\d;]*[A-Za-ln-z]`, 'g');

/** A terminal whose person types `keys` when the question has been drawn. */
function terminal(keys: string | undefined, options: Partial<PrompterOptions> = {}) {
  const stdin = new PassThrough();
  const output = (options.output as PassThrough | undefined) ?? new PassThrough();
  // Like stderr, the terminal outlives each question that is drawn on it.
  output.end = () => output;
  let drawn = '';
  let typed = false;
  output.on('data', (chunk: Buffer) => {
    drawn += chunk.toString();
    if (keys === undefined || typed || !drawn.includes('?')) return;
    typed = true;
    setImmediate(() => stdin.write(keys));
  });
  const prompter = createPrompter({
    stdin: () => stdin,
    output,
    style: PLAIN_STYLE,
    yes: false,
    interactive: true,
    ...options,
  });
  return { prompter, stdin, drawn: () => drawn };
}

const approval = { message: 'Approve this plan?', flag: '--decision', default: true, approval: true };
const harmless = { message: 'Write the file?', flag: '--yes', default: true, approval: false };

describe('without a terminal', () => {
  const mute = () => terminal(undefined, { interactive: false });

  it('asks nothing and names the flag that is missing', async () => {
    const { prompter, drawn } = mute();
    const missing = { code: 'usage.missing-answer', exitCode: 2 };
    await expect(prompter.confirm(approval)).rejects.toMatchObject({ ...missing, data: { flag: '--decision' } });
    await expect(prompter.text({ message: 'Why?', flag: '--reason', default: 'x' })).rejects.toMatchObject(missing);
    await expect(prompter.select({ message: 'Which?', flag: '--role', choices: [] })).rejects.toMatchObject(missing);
    await expect(
      prompter.selectMany({ message: 'Which?', flag: '--branch', choices: [], min: 0 }),
    ).rejects.toMatchObject({ ...missing, hints: ['--branch'] });
    await prompter.show([{ kind: 'text', text: 'for nobody' }]);
    expect(drawn()).toBe('');
  });

  it('--yes answers a confirmation but never an approval', async () => {
    const { prompter } = terminal(undefined, { interactive: false, yes: true });
    expect(await prompter.confirm({ ...harmless, default: false })).toBe(true);
    await expect(prompter.confirm(approval)).rejects.toMatchObject({ code: 'usage.missing-answer' });
  });
});

describe('at a terminal', () => {
  it('Enter declines an approval whatever its default is', async () => {
    expect(await terminal('\r').prompter.confirm(approval)).toBe(false);
  });

  it('an approval takes a typed yes, also with --yes', async () => {
    expect(await terminal('y\r', { yes: true }).prompter.confirm(approval)).toBe(true);
  });

  it('Enter takes the default of any other confirmation', async () => {
    expect(await terminal('\r').prompter.confirm(harmless)).toBe(true);
  });

  it('takes a line of text, trimmed', async () => {
    expect(await terminal('  because \r').prompter.text({ message: 'Why?', flag: '--reason' })).toBe('because');
  });

  it('shows why a text is not accepted and takes the next one', async () => {
    const { prompter, stdin, drawn } = terminal('\r');
    const answer = prompter.text({
      message: 'Why?',
      flag: '--reason',
      validate: (text) => (text === '' ? 'a reason is needed' : true),
    });
    await until(() => drawn().includes('a reason is needed'));
    stdin.write('because\r');
    expect(await answer).toBe('because');
  });

  it('takes its time to look at an answer, and asks again for one that will not do', async () => {
    const { prompter, stdin, drawn } = terminal('nowhere.xml\r');
    const answer = prompter.text({
      message: 'Which reports?',
      flag: '--junit',
      validate: async (text) => (text === 'here.xml' ? true : `no file matches ${text}`),
    });
    await until(() => drawn().includes('no file matches nowhere.xml'));
    stdin.write(`${'\u007f'.repeat('nowhere.xml'.length)}here.xml\r`);
    expect(await answer).toBe('here.xml');
  });

  it('shows what was found above the question', async () => {
    const { prompter, drawn } = terminal('y\r');
    await prompter.show([
      { kind: 'checks', checks: [{ state: 'failed', text: 'suite checkout', detail: '2 failed' }] },
    ]);
    expect(drawn()).toBe('\n  FAIL suite checkout  2 failed\n\n');
    expect(await prompter.confirm(approval)).toBe(true);
  });

  it('selects by arrow keys', async () => {
    const choices = [
      { value: 'go', label: 'Go' },
      { value: 'no-go', label: 'No-Go', hint: 'ends this round' },
    ] as const;
    expect(await terminal(`${DOWN}\r`).prompter.select({ message: 'Decision?', flag: '--decision', choices })).toBe(
      'no-go',
    );
  });

  describe('cuts lines at spaces only', () => {
    const columns = 60;
    const message = 'Which of the three ways that production allows does the canary of the service take?';
    const label = 'a route divides requests exactly with any number of pods: traffic of the service';
    const hint = 'the number of pods beside the stable ones decides how large the share of production is';
    const disabled = '(not possible here, because nothing in front of the service divides its requests)';
    const choices = [
      { value: 'route', label, hint },
      { value: 'pods', label: `either ${label}`, hint },
      { value: 'none', label, disabled },
    ] as const;
    const narrow = (keys: string) => {
      const output = Object.assign(new PassThrough(), { columns });
      output.end = () => output;
      return terminal(keys, { output, style: { ...PLAIN_STYLE, columns } });
    };
    const asked = { message, flag: '--way' };

    it.each([
      ['confirm', 'y\r', ({ prompter }) => prompter.confirm({ ...asked, default: false, approval: false })],
      ['text', '\r', ({ prompter }) => prompter.text({ ...asked, default: 'by a route' })],
      ['select', `${DOWN}\r`, ({ prompter }) => prompter.select({ ...asked, choices })],
      ['selectMany', ` ${DOWN} \r`, ({ prompter }) => prompter.selectMany({ ...asked, choices, min: 1 })],
    ] as const satisfies readonly [string, string, (on: ReturnType<typeof terminal>) => Promise<unknown>][])(
      '%s',
      async (_kind, keys, ask) => {
        const on = narrow(keys);
        await ask(on);
        // Each drawing begins by moving the cursor; colours are inside of lines.
        const shown = stripVTControlCharacters(on.drawn().replace(MOVE, '\n')).split('\n');
        const words = new Set(`${message} ${label} ${hint} ${disabled}`.split(' '));
        const marks = [
          '?',
          '✔',
          '❯',
          '-',
          '◯',
          '◉',
          '❯◯',
          '❯◉',
          '(y/N)',
          '(by',
          'route)',
          'y',
          'Yes',
          'by',
          'either',
          'service,',
        ];
        const help = ['↑↓', 'navigate', '•', 'space', 'select', 'all', 'invert', 'i', '⏎', 'submit'];
        const torn = shown
          .flatMap((line) => line.trim().split(/\s+/))
          .filter((word) => word !== '' && ![...words, ...marks, ...help].includes(word));
        expect(torn).toEqual([]);
        expect(shown.filter((line) => /^\s*\(y\/N\)/.test(line))).toEqual([]);
      },
    );
  });

  it('selects several, but not fewer than are needed', async () => {
    const choices = [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ] as const;
    const { prompter, stdin, drawn } = terminal('\r');
    const answer = prompter.selectMany({ message: 'Branches?', flag: '--branch', choices, min: 1 });
    await until(() => drawn().includes('choose at least 1'));
    stdin.write(` ${DOWN} \r`);
    expect(await answer).toEqual(['a', 'b']);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s is an interruption, not an answer', async (_, key) => {
    const error = await terminal(key)
      .prompter.confirm(approval)
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'answer.interrupted', exitCode: 3 });
    // What the library says of it means nothing to whoever pressed the key.
    expect((error as Error).cause).toBeUndefined();
  });

  it('what was answered before an interruption is named as flags, but for confirmations', async () => {
    const { prompter, stdin, drawn } = terminal('Wallet & more\r');
    await prompter.text({ message: 'Feature?', flag: '--feature <name>' });
    const answers: readonly (readonly [string, string, string])[] = [
      ['Image?', '--image api=<image>', 'r.example.com/api:1'],
      ['How many?', `--value 'NPS a day=<number>'`, '41'],
      ['When?', '--window 2026-12-03T14:00/18:00', '2026-12-04T14:00/15:00'],
    ];
    for (const [message, flag, typed] of answers) {
      const answer = prompter.text({ message, flag });
      await until(() => drawn().includes(message));
      stdin.write(`${typed}\r`);
      expect(await answer).toBe(typed);
    }
    const unwritten = prompter.text({ message: 'Which share?', flag: 'canary of api in the plan' });
    await until(() => drawn().includes('Which share?'));
    stdin.write('2\r');
    await unwritten;
    expect(prompter.answered).toEqual([
      ...['--feature', 'Wallet & more', '--image', 'api=r.example.com/api:1', '--value', 'NPS a day=41'],
      ...['--window', '2026-12-04T14:00/15:00'],
    ]);
    const last = prompter.text({ message: 'Why?', flag: '--comment <text>' });
    const expectation = expect(last).rejects.toMatchObject({
      hints: [
        "--feature 'Wallet & more' --image api=r.example.com/api:1 --value 'NPS a day=41' --window 2026-12-04T14:00/15:00",
        'a flag answers it beforehand: --comment <text>',
      ],
    });
    await until(() => drawn().includes('Why?'));
    stdin.write('\u0003');
    await expectation;
  });

  it('a terminal that goes away is an interruption', async () => {
    const { prompter, stdin, drawn } = terminal(undefined);
    const answer = prompter.confirm(approval);
    const expectation = expect(answer).rejects.toMatchObject({ code: 'answer.interrupted' });
    await until(() => drawn().includes('Approve'));
    stdin.end();
    await expectation;
  });

  it('lets progress settle before a question is drawn', async () => {
    const order: string[] = [];
    const { prompter, drawn } = terminal('\r', {
      settle: async () => {
        order.push(drawn() === '' ? 'settled first' : 'drawn first');
      },
    });
    await prompter.confirm(harmless);
    expect(order).toEqual(['settled first']);
  });

  it('asks one question after another on the same terminal', async () => {
    const { prompter, stdin, drawn } = terminal('y\r');
    expect(await prompter.confirm(approval)).toBe(true);
    const second = prompter.text({ message: 'And why?', flag: '--reason' });
    await until(() => drawn().includes('And why?'));
    stdin.write('so\r');
    expect(await second).toBe('so');
  });

  it('does not let a message drive the terminal', async () => {
    const { prompter, drawn } = terminal('\r');
    await prompter.confirm({ ...harmless, message: 'Deploy \u001b]0;owned\u0007?' });
    expect(drawn()).toContain('\\x1b]0;owned\\x07');
  });
});

/** Waits, turn by turn of the event loop, until something is the case; the test's own deadline ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
