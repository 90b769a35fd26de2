import type { BallotPaper, Ballots } from '../../src/ports/forge.ts';

/** A forge in memory: people write reviews on the one request, and relctl its own text. */
export interface PaperForge extends Ballots {
  readonly all: BallotPaper[];
  /** The text that relctl put there last; that of the votes where nothing else is said. */
  box(kind?: 'Choice of branches' | 'Votes' | 'Sign-offs' | 'Success and review'): string;
  /** Every text that relctl has put there, as it is now. */
  boxes(): readonly string[];
  /** The lines of the first form with a head that stands there, filled in. */
  form(head: string, decision: 'Pass' | 'Reject' | undefined, comment: string): string;
  /** The lines of the ballot that stand there, filled in. */
  filled(decision: 'Go' | 'No-Go', comment?: string): string;
  review(login: string, text: string, more?: Partial<BallotPaper>): void;
}

/** Opens it; `head` says which commit people see when they review. */
export function paperForge(opener: string, head: () => string): PaperForge {
  const all: BallotPaper[] = [];
  const boxes = new Map<string, string>();
  const boxOf = (kind: string) => [...boxes].find(([mark]) => mark.startsWith(kind))?.[1] ?? '';
  const url = 'https://git.example.com/shop/web/pulls/1';
  return {
    all,
    endpoint: async () => 'github',
    box: (kind = 'Votes') => boxOf(kind),
    boxes: () => [...boxes.values()],
    form(head, decision, comment) {
      const lines = [...boxes.values()]
        .join('\n')
        .split('\n')
        .map((line) => line.replace(/^ {4}/, ''));
      const from = lines.findIndex((line) => line.startsWith(`${head}:`));
      const form = lines.slice(from, lines.indexOf('Comment:', from) + 1).join('\n');
      const marked = decision === 'Pass' ? form.replaceAll('[ ]', '[x]') : form;
      return marked.replace('(Pass or Reject)', decision ?? '').replace(/Comment:$/, `Comment: ${comment}`);
    },
    filled(decision, comment = '') {
      const lines = boxOf('Votes')
        .split('\n')
        .filter((line) => line.startsWith('    '));
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
        stance: /^Decision: (Go|Pass)$/m.test(text) ? 'approves' : 'objects',
        voided: undefined,
        ...more,
      });
    },
    papers: async () => ({
      available: true,
      request: { url, number: 1, head: head(), author: opener },
      papers: [...all],
    }),
    async post(_branch, mark, text) {
      boxes.set(mark, text);
      return { url: `${url}#box` };
    },
  };
}
