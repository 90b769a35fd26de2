import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandboxControl } from '../../../src/composition/sandbox.ts';
import { sandboxControl } from '../../../src/usecases/sandbox.ts';
import { type Company, openCompany, refusal } from '../../support/company.ts';
import { cacheHome } from '../../support/state.ts';

let company: Company;
beforeEach(async () => {
  company = await openCompany({ onDisk: true });
});
afterEach(() => company.close());

const give = async (request: Parameters<typeof sandboxControl>[1]) =>
  sandboxControl(await openSandboxControl(company.git.root, { XDG_CACHE_HOME: cacheHome(company.git.root) }), request);

describe('a fault that is switched on', () => {
  it('says from when on it counts, and whether a running canary is hit', async () => {
    const outcome = await give({ action: 'fault', name: 'canary-errors' });
    expect(outcome.headline).toContain(
      'versions that are deployed from now on; what is already running, including a canary, is not affected',
    );
    const { faults } = (await give({ action: 'show' })).data;
    expect(faults).toContainEqual(expect.objectContaining({ name: 'canary-errors', on: true, scope: 'candidate' }));
    const everything = await give({ action: 'fault', name: 'smoke-failing' });
    expect(everything.headline).toContain('fault smoke-failing is on from now on;');
    expect((await give({ action: 'clear', name: 'smoke-failing' })).headline).toContain('smoke-failing is off');
  });

  it('is named behind the action, and what is named behind another action is refused', async () => {
    expect((await give({ action: 'fault', word: 'smoke-failing' })).headline).toContain('fault smoke-failing is on');
    expect((await give({ action: 'clear', word: 'smoke-failing' })).headline).toContain('smoke-failing is off');
    const typed = await refusal(give({ action: 'fault', word: 'smoke-failin' }));
    expect(typed.hints[0]).toBe('relctl sandbox fault smoke-failing');
    expect((await refusal(give({ action: 'advance', word: '4d' }))).hints[0]).toBe('relctl sandbox advance --by 4d');
    expect((await refusal(give({ action: 'show', word: 'faults' }))).hints).toEqual(['relctl sandbox show']);
    expect((await refusal(give({ action: 'clear', word: 'x', name: 'y' }))).code).toBe('usage.bad-flag');
    const missing = await refusal(give({ action: 'clear' }));
    expect(missing).toMatchObject({ code: 'usage.missing-answer', message: 'the name of a fault is missing' });
    expect(missing.hints[0]).toBe('relctl sandbox clear canary-errors');
  });

  it('is refused for a service that nobody runs, with those that there are', async () => {
    const error = await refusal(give({ action: 'fault', name: 'canary-errors', service: 'zzz' }));
    expect(error).toMatchObject({ code: 'usage.bad-flag', exitCode: 2, message: expect.stringContaining('"zzz"') });
    expect(error.hints).toEqual(
      ['web', 'api'].map((service) => `relctl sandbox fault canary-errors --service ${service}`),
    );
    const { faults } = (await give({ action: 'show' })).data as { faults: readonly { on: boolean }[] };
    expect(faults.some((fault) => fault.on)).toBe(false);
  });
});
