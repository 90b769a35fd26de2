/**
 * A terminal screen that keeps what a person would see: enough of ECMA-48 for lists that are redrawn in place. A sequence
 * that it does not know is an error, so that no test passes on something that it did not understand.
 */
export class Screen {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  cursorVisible = true;
  /** How many times anything was written. */
  writes = 0;
  private lines: string[][] = [[]];
  private row = 0;
  private column = 0;

  constructor(columns = 80, rows = 50) {
    this.columns = columns;
    this.rows = rows;
  }

  // A property and not a method, because listr2 puts its own function in its place and must be able to put it back.
  write = (data: string | Uint8Array): boolean => {
    this.writes += 1;
    let rest = typeof data === 'string' ? data : Buffer.from(data).toString();
    while (rest !== '') {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this reads.
      const sequence = /^\u001b\[([?\d;]*)([A-Za-z])/.exec(rest);
      const taken = sequence?.[0] ?? (Array.from(rest)[0] as string);
      if (sequence) this.control(sequence[1] ?? '', sequence[2] ?? '');
      else this.put(taken);
      rest = rest.slice(taken.length);
    }
    return true;
  };

  /** What is on the screen, without blanks at the ends of lines and of the screen. */
  text(): string {
    return this.lines
      .map((line) =>
        Array.from(line, (character) => character ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd();
  }

  private put(character: string): void {
    if (character === '\n') {
      this.row += 1;
      this.column = 0;
    } else if (character === '\r') this.column = 0;
    else {
      if (this.column >= this.columns) {
        this.row += 1;
        this.column = 0;
      }
      this.line()[this.column] = character;
      this.column += 1;
    }
    this.line();
  }

  private control(parameters: string, command: string): void {
    const amount = Number(parameters || 1);
    if (command === 'm') return;
    if (command === 'A') this.row = Math.max(0, this.row - amount);
    else if (command === 'B') this.row += amount;
    else if (command === 'G') this.column = amount - 1;
    else if (command === 'K') this.lines[this.row] = parameters === '2' ? [] : this.line().slice(0, this.column);
    else if (command === 'J') this.lines = this.lines.slice(0, this.row + 1);
    else if (parameters === '?25' && (command === 'h' || command === 'l')) this.cursorVisible = command === 'h';
    else if (parameters !== '?2026') throw new Error(`unknown sequence ESC [ ${parameters} ${command}`);
    this.line();
  }

  private line(): string[] {
    while (this.lines.length <= this.row) this.lines.push([]);
    const line = this.lines[this.row] ?? [];
    this.lines[this.row] = line;
    return line;
  }
}
