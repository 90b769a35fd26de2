import { expect, it } from 'vitest';
import { reviewedSettings } from '../../../../src/usecases/binding/reviewed.ts';

it('all parts of relctl.yaml are held against one tip of the protected branch, which is looked for once', async () => {
  let looked = 0;
  const protectedBranch = {
    pin: async () => undefined,
    candidates: async () => {
      looked += 1;
      return { remote: undefined, default: undefined, hasRemote: false, local: [] };
    },
  };
  const ground = { signing: async () => ({ protectedBranch }) } as unknown as Parameters<typeof reviewedSettings>[0];
  const reviewed = reviewedSettings(ground);
  await Promise.all([reviewed.require('environments'), reviewed.require('channel chat')]);
  await reviewed.require('forge');
  expect(looked).toBe(1);
});
