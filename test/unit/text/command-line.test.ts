import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command, quoted } from '../../../src/text/command-line.ts';

/** The words that bash makes of a line that somebody pasted. */
function pasted(lines: readonly string[]): readonly (readonly string[])[] {
  const script = lines.map((line) => `p ${line}`).join('\n');
  const output = execFileSync('bash', ['--norc', '-c', `p() { printf '%s\\0' "$@"; printf '\\0'; }\n${script}`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
  });
  return output
    .split('\0\0')
    .slice(0, -1)
    .map((words) => words.split('\0'));
}

const word = fc.string({
  unit: fc.constantFrom(...'aZ0 \'"\\$`!(){}[]<>|&;*?#~=\n\r\t\u0007\u001b\u202e\u200béß支🚀\u{e0041}-'.split(/(?:)/u)),
  minLength: 1,
  maxLength: 12,
});

describe('a command that is printed to be copied', () => {
  it('gives a shell exactly the words that it was made of, whatever they hold', () => {
    const words = [...fc.sample(word, 400), 'a=~/x', 'PATH=/a:~/b', '--file=~', '~root', '=ls'];
    expect(pasted(words.map((one) => command`relctl x ${one} --flag ${one}`))).toEqual(
      words.map((one) => ['relctl', 'x', one, '--flag', one]),
    );
  });

  it('holds nothing that drives a terminal or hides from a reader', () => {
    fc.assert(
      fc.property(word, (one) => {
        expect(quoted(one)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      }),
    );
  });

  it.each([
    [
      command`relctl signoff condition ${'x'} --condition ${'load $(touch x)'} --evidence "<what shows it>"`,
      `relctl signoff condition x --condition 'load $(touch x)' --evidence "<what shows it>"`,
    ],
    [command`git add ${['relctl.yaml', 'a b']}`, "git add relctl.yaml 'a b'"],
    [command`git log ${'v1.2.0'}..${'feature/x'}`, 'git log v1.2.0..feature/x'],
    [command`relctl hypercare x --extend ${24}`, 'relctl hypercare x --extend 24'],
    [command`x ${''}`, "x ''"],
    [command`x ${"it's"}`, "x 'it'\\''s'"],
    [command`x ${'two\nlines'}`, "x $'two\\nlines'"],
    [command`x ${'=ls'}`, "x '=ls'"],
  ])('%s', (line, expected) => {
    expect(line).toBe(expected);
  });
});

describe('what is to be filled in', () => {
  it('is quoted in every command, so that a shell reads no `<` and what is filled in is one word', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const open = files.flatMap((file) =>
      [...readFileSync(join('src', file), 'utf8').matchAll(/\bcommand`[^`]*`/g)]
        .map(([line]) => line)
        .filter((line) => /<(?!id>)[a-z]/.test(line.replace(/"[^"]*"|\$\{[^}]*\}/g, '')))
        .map((line) => `${file}: ${line}`),
    );
    expect(files.length).toBeGreaterThan(500);
    expect(open).toEqual([]);
  });
});
