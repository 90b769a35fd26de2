import { describe, expect, it } from 'vitest';
import { hintOf, waysBack } from '../../../../src/domain/process/stopped.ts';

const commands = (code: string, isChangedByHand = false) =>
  waysBack({ code, isChangedByHand }, 'wallet').map((way) => way.command);

describe('a rollback that stands still', () => {
  it('leaves what others changed to a person', () => {
    expect(commands('rollback.changed-by-hand', true)).toEqual([
      'relctl rollback wallet --hand-changes keep',
      'relctl rollback wallet --hand-changes restore',
    ]);
  });

  it('ends once what is named is mended, or as unwell as production is', () => {
    expect(commands('rollback.unhealthy')).toEqual([
      'relctl rollback wallet',
      'relctl rollback wallet --accept-unhealthy',
    ]);
  });

  it('is given again once what stands in the way of a write is mended', () => {
    expect(commands('cluster.rejected')).toEqual(['relctl rollback wallet']);
  });

  it('can leave what others made where that cannot be put back', () => {
    expect(commands('cluster.rejected', true)).toEqual([
      'relctl rollback wallet',
      'relctl rollback wallet --hand-changes keep',
    ]);
  });

  it('of which nobody has the snapshot any more ends once a person has put production back', () => {
    expect(commands('snapshot.lost')).toEqual(['relctl rollback wallet', 'relctl rollback wallet --accept-unproven']);
  });

  it('for a migration of which nobody knows the end asks what a person found: given again it would ask again', () => {
    expect(commands('migration.unknown')).toEqual([
      'relctl rollback wallet --ran <migration>',
      'relctl rollback wallet --not-run <migration>',
    ]);
  });

  it('says when each way is the one to go', () => {
    expect(waysBack({ code: 'tool.timeout', isChangedByHand: false }, 'wallet').map(hintOf)).toEqual([
      'once it is fixed: relctl rollback wallet',
    ]);
  });
});
