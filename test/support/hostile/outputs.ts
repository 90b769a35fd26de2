import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { inertCalendar, inertHtml, inertJson, inertMarkdown, inertScreen, inertTerminal } from './inert.ts';
import { type Told, tell } from './told.ts';

/** Runs commands in a repository, looks at all that they say and write, and keeps what a text has made of itself there. */
export class Outputs {
  /** What was found, each with where. */
  readonly faults: string[] = [];
  /** How many outputs were looked at. */
  looked = 0;
  private readonly pasteable = new Set<string>();
  private readonly seen = new Map<string, string>();

  constructor(readonly root: string) {}

  /** Runs a command, for people and where it is asked for for programs and on terminals, and looks at what it says. */
  async say(
    argv: readonly string[],
    how: { readonly json?: boolean; readonly terminals?: readonly number[] } = {},
  ): Promise<Told> {
    const told = await tell(this.root, argv);
    const name = argv.slice(0, 3).join(' ').slice(0, 80);
    const isJson = argv.includes('--json') || argv.includes('ndjson');
    this.look(`${name}: stdout`, told.stdout, isJson ? inertJson : inertTerminal);
    this.look(`${name}: stderr`, told.stderr, inertTerminal);
    if (how.json === true) await this.say([...argv, '--json']);
    for (const columns of how.terminals ?? []) {
      this.look(`${name}: ${columns} columns`, (await tell(this.root, argv, columns)).stdout, inertScreen);
    }
    this.keepCommands(told.stdout, isJson);
    this.keepCommands(told.stderr, false);
    return told;
  }

  /** Looks at every document in the repository that relctl has written since the last time. */
  lookAtFiles(): void {
    const files = [
      ...readdirSync(this.root),
      ...readdirSync(join(this.root, 'releases'), { recursive: true, encoding: 'utf8' }).map(
        (file) => `releases/${file}`,
      ),
    ];
    for (const file of files) {
      const check = CHECKS[extname(file)];
      if (check === undefined) continue;
      const text = readFileSync(join(this.root, file), 'utf8');
      if (this.seen.get(file) === text) continue;
      this.seen.set(file, text);
      this.look(file, text, check);
    }
  }

  /** Looks at one text. */
  look(where: string, text: string, check: (text: string) => readonly string[]): void {
    if (text === '') return;
    this.looked += 1;
    this.faults.push(...[...new Set(check(text))].map((fault) => `${where} ${fault}`));
  }

  /** Pastes every command that was shown into a shell, in which `touch` leaves a trace. Gives how many there were. */
  paste(): number {
    const folder = mkdtempSync(join(tmpdir(), 'relctl-pasted-'));
    try {
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/touch'), `#!/bin/sh\necho "$0 $*" >> '${folder}/ran'\n`, { mode: 0o755 });
      const script = `relctl() { :; }; git() { :; }; kubectl() { :; }
while IFS= read -r -d '' line; do echo "$line" > '${folder}/line'; (eval "$line") </dev/null >/dev/null 2>&1
if [ -e '${folder}/ran' ]; then while IFS= read -r one; do echo "$one"; done < '${folder}/line'; : > '${folder}/none'; break; fi; done`;
      const { stdout } = spawnSync('/bin/bash', ['--norc', '-c', script], {
        cwd: folder,
        env: { PATH: join(folder, 'bin'), LC_ALL: 'C.UTF-8' },
        input: [...this.pasteable].map((line) => `${line}\0`).join(''),
        encoding: 'utf8',
      });
      if (existsSync(join(folder, 'ran'))) this.faults.push(`a pasted command runs what it holds: ${stdout.trim()}`);
      return this.pasteable.size;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private keepCommands(text: string, isJson: boolean): void {
    if (isJson) {
      for (const line of text.startsWith('{\n') ? [text] : text.split('\n'))
        if (line !== '') this.keepFrom(JSON.parse(line));
      return;
    }
    for (const [, line = ''] of text.matchAll(/^\s+(?:Next\s+)?((?:relctl|git|kubectl|--[a-z-]+) .*)$/gm))
      this.pasteable.add(line);
  }

  private keepFrom(value: unknown): void {
    if (typeof value === 'string' && /^(?:relctl|git|kubectl) /.test(value)) this.pasteable.add(value);
    else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) this.keepFrom(one);
  }
}

/** A kept JSON file is data: it has to be JSON, whatever is in it. */
const CHECKS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  '.md': inertMarkdown,
  '.html': inertHtml,
  '.ics': inertCalendar,
  '.json': (text) => inertJson(text).filter((fault) => fault.startsWith('is no JSON')),
};
