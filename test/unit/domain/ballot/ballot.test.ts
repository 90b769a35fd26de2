import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../../src/domain/ballot/answer.ts';
import { type BallotSubject, ballotNumber, voteQuestion } from '../../../../src/domain/ballot/ballot.ts';
import { emptyForm } from '../../../../src/domain/ballot/form.ts';

const SUBJECT = { release: '2026-12-wallet', round: 1, specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const emptyBallot = (subject: BallotSubject) => emptyForm(voteQuestion(subject).form).join('\n');
const readBallot = (text: string, subject: BallotSubject) => readAnswer(text, [voteQuestion(subject)]);
const GO = emptyBallot(SUBJECT).replaceAll('[ ]', '[x]').replace('(Go or No-Go)', 'Go');

const without = (line: string) => GO.replace(`${line}\n`, '');

describe('a ballot', () => {
  it('that is filled in is a vote', () => {
    expect(readBallot(`${GO} looks good\nto me`, SUBJECT)).toEqual({
      kind: 'answer',
      number: ballotNumber(SUBJECT),
      answer: {
        act: 'cab',
        decision: 'go',
        operationalReadiness: true,
        securityReview: true,
        impactAssessment: true,
        conditions: [],
        comment: 'looks good\nto me',
      },
    });
  });

  it('may be pasted with its fence, other line ends, capitals and stars', () => {
    for (const text of [
      `\`\`\`text\n${GO}\n\`\`\``,
      GO.replaceAll('\n', '\r\n'),
      GO.replaceAll('[x]', '[X]'),
      GO.replaceAll('- [', '* ['),
      GO.replace('Decision: Go', 'decision: go'),
      without('Comment:'),
    ]) {
      expect(readBallot(text, SUBJECT), text).toMatchObject({ kind: 'answer', answer: { decision: 'go' } });
    }
  });

  it('may carry conditions, and a No-Go its reason with boxes open', () => {
    const condition = 'load test; ada@example.com; 2026-12-01';
    expect(readBallot(GO.replace('Comment:', `Condition: ${condition}\nComment:`), SUBJECT)).toMatchObject({
      answer: { conditions: [condition] },
    });
    const no = emptyBallot(SUBJECT).replace('(Go or No-Go)', 'No-Go').replace('Comment:', 'Comment: no review yet');
    expect(readBallot(no, SUBJECT)).toMatchObject({
      answer: { decision: 'no-go', securityReview: false, comment: 'no review yet' },
    });
  });

  it('is no ballot where nobody meant to vote', () => {
    for (const text of ['', 'LGTM', 'Go', '- [x] Security review', `> ${GO.replaceAll('\n', '\n> ')}`]) {
      expect(readBallot(text, SUBJECT), text).toEqual({ kind: 'none' });
    }
  });

  it.each([
    ['an open box', GO.replace('[x] Security', '[ ] Security')],
    ['a missing box', without('- [x] Security review')],
    ['a box twice', GO.replace('- [x] Security review', '- [x] Security review\n- [x] Security review')],
    ['a box of its own', GO.replace('Security review', 'Security reviews')],
    ['a box marked otherwise', GO.replace('[x] Security', '[y] Security')],
    ['a box without a space', GO.replace('[x] Security', '[x]Security')],
    ['no decision', without('Decision: Go')],
    ['the empty decision', GO.replace('Decision: Go', 'Decision: (Go or No-Go)')],
    ['a longer decision', GO.replace('Decision: Go', 'Decision: Go!')],
    ['both decisions', GO.replace('Decision: Go', 'Decision: Go\nDecision: No-Go')],
    ['No Go with a space', GO.replace('Decision: Go', 'Decision: No Go')],
    ['a letter that looks like another', GO.replace('Decision: Go', 'Decision: G\u043e')],
    ['a No-Go without a reason', GO.replace('Decision: Go', 'Decision: No-Go')],
    ['another number', GO.replace(/Ballot: ./, 'Ballot: x')],
    ['two numbers', `${GO.split('\n')[0]}\n${GO}`],
    ['a line that is none of it', `please note\n${GO}`],
    ['a decision in the comment', `${GO} fine\nDecision: No-Go`],
    [
      'the ballot of another round',
      emptyBallot({ ...SUBJECT, round: 2 })
        .replaceAll('[ ]', '[x]')
        .replace('(Go or No-Go)', 'Go'),
    ],
    [
      'the ballot of another text',
      emptyBallot({ ...SUBJECT, textDigest: 'c'.repeat(64) })
        .replaceAll('[ ]', '[x]')
        .replace('(Go or No-Go)', 'Go'),
    ],
  ])('with %s approves nothing', (_, text) => {
    expect(readBallot(text, SUBJECT)).toMatchObject({ kind: 'unclear' });
  });

  it('approves nothing once any one character of it is lost, doubled or changed, unless that is in the comment', () => {
    const vote = readBallot(GO, SUBJECT);
    const body = without('Comment:').replace(/\nComment:$/, '');
    for (let at = 0; at < body.length; at += 1) {
      for (const text of [
        body.slice(0, at) + body.slice(at + 1),
        body.slice(0, at) + body[at] + body.slice(at),
        `${body.slice(0, at)}#${body.slice(at + 1)}`,
      ]) {
        const read = readBallot(text, SUBJECT);
        // White space and empty lines mean nothing; everything that still reads as a vote is the same vote.
        if (read.kind === 'answer') expect({ at, text, read }).toMatchObject({ read: vote });
      }
    }
  });

  it('has a number that depends on all of what it is about', () => {
    const others = [
      { ...SUBJECT, release: 'other' },
      { ...SUBJECT, round: 2 },
      { ...SUBJECT, specDigest: 'c'.repeat(64) },
      { ...SUBJECT, textDigest: 'c'.repeat(64) },
    ];
    expect(new Set([SUBJECT, ...others].map(ballotNumber)).size).toBe(5);
  });
});
