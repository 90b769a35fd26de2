import { describe, expect, test } from 'vitest';
import type { RelctlError } from '../../../../../src/errors.ts';
import type { ChangeRequest } from '../../../../../src/ports/forge.ts';
import type { Branch } from '../../../../../src/ports/repository.ts';
import { chooseBranches } from '../../../../../src/usecases/planning/ask/branches.ts';
import { type Offer, offersOf } from '../../../../../src/usecases/planning/ask/offers.ts';
import { scriptedPrompter } from '../../../../support/planning-ground.ts';

const HEAD = 'a'.repeat(40);
const BRANCH: Branch = {
  name: 'feature/wallet',
  head: HEAD,
  author: 'dev@example.com',
  authors: ['dev@example.com'],
  committedAt: 0,
  commits: 1,
  approvedBy: [],
};
const REQUEST: ChangeRequest = {
  url: 'https://git.example.com/pull/7',
  number: 7,
  state: 'open',
  head: HEAD,
  author: 'dev',
  authors: ['dev'],
  objections: [],
  approvals: [{ login: 'bob', commit: HEAD }],
  checks: 'passing',
};

async function offered(
  request: Partial<ChangeRequest>,
  branch: Partial<Branch> = {},
  onlyProved = false,
): Promise<Offer> {
  const [offer] = await offersOf(
    {
      repository: { branches: async () => [{ ...BRANCH, ...branch }] },
      sink: { emit: () => undefined },
      forge: { request: async () => ({ available: true, request: { ...REQUEST, ...request } }) },
    } as never,
    'base',
    [BRANCH.name],
    onlyProved,
  );
  return offer as Offer;
}

describe('what counts as an approved request', () => {
  test('an approval of what the branch is now', async () => {
    expect(await offered({})).toMatchObject({ approvedBy: ['@bob'], outdated: 0 });
  });

  test.each<[string, Partial<ChangeRequest>, string | undefined]>([
    ['somebody else asks for changes', { objections: ['ann'] }, 'changes are requested by ann'],
    ['it was closed without a merge', { state: 'closed' }, 'its request was closed without a merge'],
    ['it is a draft', { state: 'draft' }, 'its request is still a draft'],
    ['the approver made one of its commits', { authors: ['dev', 'bob'] }, undefined],
    ['only who opened it approves', { approvals: [{ login: 'dev', commit: HEAD }] }, undefined],
    ['nobody who may write here approves', { approvals: [] }, undefined],
  ])('none where %s', async (_, request, against) => {
    const offer = await offered(request);
    expect(offer.approvedBy).toEqual([]);
    expect(offer.against).toBe(against);
  });

  test('a trailer on a commit approves nothing where only what is proved counts, and is told', async () => {
    const branch = { approvedBy: ['priya@example.com', 'dev@example.com'] };
    expect(await offered({ approvals: [] }, branch)).toMatchObject({ approvedBy: ['priya@example.com'] });
    const offer = await offered({ approvals: [] }, branch, true);
    expect(offer).toMatchObject({ approvedBy: [], claimedBy: ['priya@example.com'] });
    await expect(chooseBranches(context({}), [offer], [BRANCH.name], undefined)).rejects.toMatchObject({
      code: 'gate.refused',
      message: expect.stringContaining('as its commits say, which anybody can write'),
    });
    expect(await offered({}, branch, true)).toMatchObject({ approvedBy: ['@bob'] });
  });

  test('a trailer does not outweigh that changes are requested', async () => {
    const offer = await offered({ objections: ['ann'] }, { approvedBy: ['priya@example.com'] });
    expect(offer.approvedBy).toEqual([]);
  });
});

const context = (answers: Record<string, string[]>, notes: string[] = []) =>
  ({
    prompter: scriptedPrompter(answers),
    clock: { now: () => 0 },
    sink: { emit: (one: { text?: string }) => void notes.push(one.text ?? '') },
  }) as never;

test('where nothing can be picked, it is said how a branch is approved, with the command', async () => {
  const offers = [await offered({ approvals: [] }), await offered({ state: 'draft' }, { name: "it's" })];
  const error = (await chooseBranches(context({ '--branch': [] }), offers, [], undefined).catch(
    (thrown: unknown) => thrown,
  )) as RelctlError;
  expect(error).toMatchObject({
    code: 'gate.refused',
    message: expect.stringMatching(/feature\/wallet: not approved by anybody; it's: its request is still a draft/),
  });
  expect(error.hints).toContain(
    `git switch feature/wallet && git commit --allow-empty -m "Approve" --trailer "Approved-by: <address>" && git switch -`,
  );
  expect(error.hints.find((hint) => hint.startsWith(`git switch 'it'\\''s'`))).toBeDefined();
});

test('an approved branch whose checks fail is taken, and that they fail is said', async () => {
  const notes: string[] = [];
  const offer = await offered({ checks: 'failing' });
  expect(await chooseBranches(context({}, notes), [offer], [BRANCH.name], undefined)).toEqual([offer]);
  expect(notes).toEqual(['the automatic checks of feature/wallet fail']);
});
