import { describe, expect, it } from 'vitest';
import type { Workspace } from '../../../../src/ports/workspace.ts';
import { loadConfig } from '../../../../src/usecases/release/settings.ts';

const target = { context: 'nowhere', namespace: 'shop' };
const web = { paths: ['web/**'], manifests: { staging: ['s.yaml'], production: ['p.yaml'] } };
const load = (services: object) =>
  loadConfig({
    read: async () =>
      JSON.stringify({
        apiVersion: 'relctl/v1',
        kind: 'Config',
        platform: 'kubernetes',
        environments: { staging: target, production: target },
        services,
      }),
  } as Partial<Workspace> as Workspace);

describe('the services of relctl.yaml', () => {
  it('are those that it names, and nothing that every object of JavaScript has', async () => {
    const { services } = await load({ web });
    expect(services.web).toBeDefined();
    expect(['constructor', 'toString', 'hasOwnProperty', '__proto__'].filter((name) => services[name])).toEqual([]);
  });

  it('may not be called as what JavaScript has of its own', async () => {
    await expect(load({ constructor: web })).rejects.toMatchObject({ code: 'plan.yaml-feature' });
    await expect(load({ web: { ...web, dependsOn: ['constructor'] } })).rejects.toMatchObject({
      code: 'config.unknown-service',
    });
  });
});
