import { expect, test } from 'vitest';
import { openRepository } from '../../../../../src/adapters/git/repository.ts';
import { toldChange } from '../../../../../src/usecases/planning/draft/told-change.ts';
import { gitFixture } from '../../../../support/git-fixture.ts';

test('what changes in a service is drafted from the subjects of the commits that touch its files', async () => {
  const git = gitFixture();
  try {
    const base = git.commit({ 'api/a': '1', 'web/a': '1' }, 'start');
    git.commit({ 'api/a': '2' }, 'Pay with the wallet\n\nmore about it');
    git.commit({ 'web/ä b': '2', 'web/a': '2' }, 'A page for the wallet');
    git.commit({ 'api/a': '3' }, 'wip');
    git.commit({ 'api/b': '3' }, 'Pay with the wallet');
    const repository = await openRepository(git.root);
    const commits = await repository.commits(base, 'main');
    expect(commits.map(({ files }) => files)).toEqual([['api/b'], ['api/a'], ['web/a', 'web/ä b'], ['api/a']]);
    expect(toldChange(commits, ['api/a', 'api/b'])).toBe('Pay with the wallet');
    expect(toldChange(commits, ['web/ä b'])).toBe('A page for the wallet');
    expect(toldChange(commits, ['other'])).toBeUndefined();
    expect(toldChange(commits.slice(1, 2), ['api/a'])).toBeUndefined();
  } finally {
    git.remove();
  }
});

test('of many commits the newest are told, and how many there are', () => {
  const commits = Array.from({ length: 9 }, (_, n) => ({ subject: `Change ${n}`, files: ['a'] }));
  expect(toldChange(commits, ['a'])).toBe('Change 0; Change 1; Change 2; and 6 more commits');
});
