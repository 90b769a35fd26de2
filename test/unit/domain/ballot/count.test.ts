import { describe, expect, it } from 'vitest';
import { voteQuestion } from '../../../../src/domain/ballot/ballot.ts';
import { countPapers } from '../../../../src/domain/ballot/count.ts';
import { emptyForm } from '../../../../src/domain/ballot/form.ts';
import type { BallotPaper } from '../../../../src/ports/forge.ts';

const SUBJECT = { release: '2026-12-wallet', round: 1, specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const PEOPLE = new Map([
  ['carol', 'carol@example.com'],
  ['carol-w', 'carol@example.com'],
  ['cjones', 'c.jones@example.com'],
]);
const POLICY = { aliases: { 'c.jones@example.com': 'carol@example.com' } };
const VOTE = voteQuestion(SUBJECT);
const GO = emptyForm(VOTE.form).join('\n').replaceAll('[ ]', '[x]').replace('(Go or No-Go)', 'Go');

const paper = (id: number, text: string, more: Partial<BallotPaper> = {}): BallotPaper => ({
  id: String(id),
  url: `https://git.example.com/${id}`,
  login: 'carol',
  text,
  at: '2026-11-24T10:00:00Z',
  commit: 'c'.repeat(40),
  stance: 'approves',
  voided: undefined,
  ...more,
});
const count = (...papers: readonly BallotPaper[]) => countOf('ravi', papers);
const countOf = (opener: string, papers: readonly BallotPaper[]) => {
  const { answers, refused } = countPapers(papers, [VOTE], PEOPLE, opener, POLICY);
  return { votes: answers.map((one) => one.paper.id), refused: refused.map((one) => one.paper.id) };
};

describe('the texts of a person on a request', () => {
  it('leave the last vote, whatever else they say', () => {
    expect(count(paper(1, GO), paper(2, 'Thank you!'), paper(3, '> Decision: No-Go'))).toEqual({
      votes: ['1'],
      refused: [],
    });
    expect(count(paper(1, GO), paper(2, GO))).toEqual({ votes: ['2'], refused: [] });
  });

  it('leave no vote once a later one was edited: a No-Go that others made to say nothing leaves no Go', () => {
    for (const text of ['', 'fine', `${GO}`, `Votes on ${SUBJECT.release}, collected by relctl`]) {
      expect(count(paper(1, GO), paper(2, text, { voided: 'edited', stance: 'comments' }))).toEqual({
        votes: [],
        refused: ['2'],
      });
    }
    // A vote that is written anew counts; a text that was edited before the vote was never one.
    expect(count(paper(1, GO), paper(2, 'x', { voided: 'edited' }), paper(3, GO)).votes).toEqual(['3']);
    expect(count(paper(1, 'x', { voided: 'edited' }), paper(2, GO)).votes).toEqual(['2']);
    expect(count(paper(1, GO), paper(2, 'x', { voided: 'edited', login: 'mallory' })).votes).toEqual(['1']);
  });

  it('are those of one person under all of their logins: of who opened the request, and of who wrote what was edited', () => {
    for (const login of ['carol', 'carol-w', 'cjones']) {
      expect(countOf('carol', [paper(1, GO, { login })])).toEqual({ votes: [], refused: ['1'] });
      expect(countOf('ravi', [paper(1, GO, { login, opener: 'cjones' })])).toEqual({ votes: [], refused: ['1'] });
      expect(count(paper(1, GO), paper(2, 'x', { voided: 'edited', login })).votes).toEqual([]);
    }
  });
});
