import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { exec } from '../../src/adapters/exec.ts';

/** A call that a fake program expects, once. */
export interface ExpectedCall {
  readonly args: readonly string[];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** Fake programs on a PATH of their own. */
export interface FakeTools {
  /** `exec` that finds the fakes first. */
  readonly exec: typeof exec;
  /** Puts a program there that answers exactly these calls. */
  put(program: string, calls: readonly ExpectedCall[]): void;
  /** Throws for a call that was not expected and for one that never came. */
  verify(): void;
  remove(): void;
}

/** Makes a folder for fake programs. Real ones of the same name are hidden only by fakes, so give an empty list to forbid one. */
export function createFakeTools(): FakeTools {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-fakes-'));
  const programs: string[] = [];
  const path = `${folder}${delimiter}${process.env.PATH ?? ''}`;
  return {
    exec: (program, args, options) => exec(program, args, { ...options, env: { ...options.env, PATH: path } }),
    put: (program, calls) => {
      programs.push(program);
      writeFileSync(join(folder, `${program}.json`), JSON.stringify(calls));
      writeFileSync(join(folder, program), `#!${process.execPath}\n${SCRIPT}`);
      chmodSync(join(folder, program), 0o755);
    },
    verify: () => {
      for (const program of programs) {
        const odd = join(folder, `${program}.unexpected`);
        if (existsSync(odd))
          throw new Error(`${program} was called in a way that was not expected: ${readFileSync(odd)}`);
        const left = JSON.parse(readFileSync(join(folder, `${program}.json`), 'utf8')) as readonly ExpectedCall[];
        if (left.length > 0) throw new Error(`${program} was never called with ${JSON.stringify(left[0]?.args)}`);
      }
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** CommonJS, because a file without an ending is read as such. */
const SCRIPT = `
const fs = require('node:fs');
const file = __filename + '.json';
const calls = JSON.parse(fs.readFileSync(file, 'utf8'));
const args = JSON.stringify(process.argv.slice(2));
const at = calls.findIndex((call) => JSON.stringify(call.args) === args);
if (at < 0) {
  fs.appendFileSync(__filename + '.unexpected', args + '\\n');
  process.stderr.write('unexpected call ' + args);
  process.exit(97);
}
const [call] = calls.splice(at, 1);
fs.writeFileSync(file, JSON.stringify(calls));
process.stderr.write(call.stderr ?? '');
process.stdout.write(call.stdout ?? '');
process.exitCode = call.exitCode ?? 0;
`;
