import { describe, expect, it } from 'vitest';
import { accessWarnings } from '../../../../src/domain/kubernetes/version-skew.ts';

const warnings = (client: string, server: string, wrapper?: string) =>
  accessWarnings({ client, server, by: 'connection', ...(wrapper === undefined ? {} : { wrapper }) });

describe('the way to a cluster', () => {
  it.each([
    ['v1.36.3', 'v1.36.3'],
    ['v1.35.0', 'v1.36.3'],
    ['v1.37.0', 'v1.36.3-eks-1552ad0'],
    ['who knows', 'v1.36.3'],
  ])('is as it should be: kubectl %s, server %s', (client, server) => {
    expect(warnings(client, server)).toEqual([]);
  });

  it.each([
    ['v1.32.4-dispatcher', 'v1.36.3', '4'],
    ['v1.36.3', 'v1.20.2', '16'],
    ['v1.38.0', 'v1.36.3', '2'],
  ])('is too far apart: kubectl %s, server %s', (client, server, apart) => {
    expect(warnings(client, server).join()).toContain(`${apart} minor versions apart`);
  });

  it('has a program before kubectl', () => {
    expect(warnings('v1.36.3', 'v1.36.3', 'a script at /usr/local/bin/kubectl').join()).toContain('a script at');
  });
});
