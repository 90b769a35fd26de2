import { sha256 } from '../../plan/digest.ts';

/** A vote as a text on a merge request: what is posted for people to copy, and how it is read back. */

/** The areas that a Go confirms, as they stand on the ballot. */
const BALLOT_AREAS = [
  ['operationalReadiness', 'Operational readiness'],
  ['securityReview', 'Security review'],
  ['impactAssessment', 'Impact assessment'],
] as const;

type Area = (typeof BALLOT_AREAS)[number][0];

/** What a ballot is for. */
export interface BallotSubject {
  readonly release: string;
  readonly round: number;
  readonly specDigest: string;
  readonly textDigest: string;
}

/** A vote that was read. */
export interface BallotVote extends Readonly<Record<Area, boolean>> {
  readonly decision: 'go' | 'no-go';
  /** Each as `text; owner; due date`. */
  readonly conditions: readonly string[];
  readonly comment: string;
}

/** What a text says: nothing about a vote, something that is not a vote, or a vote. */
export type ReadBallot =
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear'; readonly reason: string }
  | { readonly kind: 'vote'; readonly vote: BallotVote };

/**
 * The number of a ballot: 32 hex digits over the release, its round and the exact plan. Whoever has the plan can compute it again, so a
 * ballot says by itself what was voted on.
 */
export function ballotNumber({ release, round, specDigest, textDigest }: BallotSubject): string {
  return sha256(['ballot', release, round, specDigest, textDigest].join('\n')).slice(0, 32);
}

/** The lines that a member of the board copies, with every box open and nothing decided. */
export function emptyBallot(subject: BallotSubject): string {
  return [
    `Ballot: ${ballotNumber(subject)}`,
    ...BALLOT_AREAS.map(([, title]) => `- [ ] ${title}`),
    'Decision: (Go or No-Go)',
    'Comment:',
  ].join('\n');
}

/** True for a text that means to be a vote, whatever becomes of it. */
const MEANT = /^\s*ballot\s*:/im;

/**
 * Reads a vote strictly: each line is one that the ballot has, each area stands once, a Go has all of them confirmed, and a No-Go says why.
 * Whatever is not exactly that is unclear, and what is unclear approves nothing. Lines of a fence around a copied ballot are let be; quoted lines are
 * somebody else's.
 */
export function readBallot(text: string, subject: BallotSubject): ReadBallot {
  const own = text.split(/\r?\n/).filter((line) => !/^\s*>/.test(line) && !/^\s*(```|~~~)\w*\s*$/.test(line));
  if (!MEANT.test(own.join('\n'))) return { kind: 'none' };
  const read = readLines(own);
  if (typeof read === 'string') return { kind: 'unclear', reason: read };
  if (read.number !== ballotNumber(subject)) {
    return {
      kind: 'unclear',
      reason: `its number ${read.number} is that of another round or another text of the plan`,
    };
  }
  return judge(read);
}

interface Lines {
  number?: string;
  readonly areas: Map<Area, boolean>;
  decision?: string;
  readonly conditions: string[];
  comment?: string;
}

function readLines(lines: readonly string[]): Lines | string {
  const read: Lines = { areas: new Map(), conditions: [] };
  for (const [index, whole] of lines.entries()) {
    const line = whole.trim();
    if (line === '') continue;
    const comment = /^comment\s*:(.*)$/i.exec(line);
    if (comment !== null) {
      // All that follows belongs to it; another field in there would be one that nobody reads.
      const rest = [comment[1]?.trim() ?? '', ...lines.slice(index + 1)].join('\n').trim();
      if (/^\s*(ballot|decision|condition)\s*:/im.test(rest) || /^\s*[-*]\s*\[/m.test(rest)) {
        return 'after its comment there is more of a ballot; the comment comes last';
      }
      read.comment = rest;
      break;
    }
    const fault = readLine(line, read);
    if (fault !== undefined) return fault;
  }
  return read;
}

function readLine(line: string, read: Lines): string | undefined {
  const box = /^[-*] \[( |x|X)\] (.+)$/.exec(line);
  if (box !== null) {
    const area = BALLOT_AREAS.find(([, title]) => title.toLowerCase() === box[2]?.trim().toLowerCase())?.[0];
    if (area === undefined) return `the box "${box[2]}" is none of the ballot's`;
    if (read.areas.has(area)) return `the box "${box[2]}" stands there twice`;
    read.areas.set(area, box[1] !== ' ');
    return undefined;
  }
  const [, name = '', value = ''] = /^(ballot|decision|condition)\s*:\s*(.*)$/i.exec(line) ?? [];
  switch (name.toLowerCase()) {
    case 'ballot':
      if (read.number !== undefined) return 'it has two numbers';
      read.number = value.toLowerCase();
      return undefined;
    case 'decision':
      if (read.decision !== undefined) return 'it has two decisions';
      read.decision = value.toLowerCase();
      return undefined;
    case 'condition':
      read.conditions.push(value);
      return undefined;
    default:
      return `the line "${line.slice(0, 80)}" is none of the ballot's`;
  }
}

function judge({ areas, decision, conditions, comment = '' }: Lines): ReadBallot {
  const unclear = (reason: string): ReadBallot => ({ kind: 'unclear', reason });
  if (decision !== 'go' && decision !== 'no-go') {
    return unclear(`its decision is "${decision ?? ''}", neither Go nor No-Go`);
  }
  const missing = BALLOT_AREAS.filter(([area]) => !areas.has(area)).map(([, title]) => title);
  if (missing.length > 0) return unclear(`the box for ${missing.join(', ')} is missing`);
  const open = BALLOT_AREAS.filter(([area]) => areas.get(area) !== true).map(([, title]) => title);
  if (decision === 'go' && open.length > 0) return unclear(`a Go confirms every area; open: ${open.join(', ')}`);
  if (decision === 'no-go' && comment === '') return unclear('a No-Go says why in its comment');
  if (decision === 'no-go' && conditions.length > 0) return unclear('conditions belong to a Go');
  const confirmed = Object.fromEntries(BALLOT_AREAS.map(([area]) => [area, areas.get(area) === true]));
  return { kind: 'vote', vote: { ...(confirmed as Record<Area, boolean>), decision, conditions, comment } };
}
