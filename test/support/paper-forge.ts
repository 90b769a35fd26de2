import type { BallotPaper, Ballots } from '../../src/ports/forge.ts';

/** A forge in memory: people write reviews on the one request, and relctl its own text. */
export interface PaperForge extends Ballots {
  readonly all: BallotPaper[];
  /** The text that relctl put there last. */
  box(): string;
  /** The lines of the ballot that stand there, filled in. */
  filled(decision: 'Go' | 'No-Go', comment?: string): string;
  review(login: string, text: string, more?: Partial<BallotPaper>): void;
}

/** Opens it; `head` says which commit people see when they review. */
export function paperForge(opener: string, head: () => string): PaperForge {
  const all: BallotPaper[] = [];
  let box = '';
  const url = 'https://git.example.com/shop/web/pulls/1';
  return {
    all,
    endpoint: async () => 'github',
    box: () => box,
    filled(decision, comment = '') {
      const lines = box.split('\n').filter((line) => line.startsWith('    '));
      const ballot = lines.map((line) => line.trim()).join('\n');
      const marked = decision === 'Go' ? ballot.replaceAll('[ ]', '[x]') : ballot;
      return marked.replace('(Go or No-Go)', decision).replace(/Comment:$/, `Comment: ${comment}`);
    },
    review(login, text, more = {}) {
      all.push({
        id: String(all.length + 1),
        url: `${url}#${all.length + 1}`,
        login,
        text,
        at: '2026-11-24T10:00:00Z',
        commit: head(),
        stance: /^Decision: Go$/m.test(text) ? 'approves' : 'objects',
        voided: undefined,
        ...more,
      });
    },
    papers: async () => ({
      available: true,
      request: { url, number: 1, head: head(), author: opener },
      papers: [...all],
    }),
    async post(_branch, _mark, text) {
      box = text;
      return { url: `${url}#box` };
    },
  };
}
