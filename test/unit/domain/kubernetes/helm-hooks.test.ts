import { describe, expect, it } from 'vitest';
import { isTestOnly, proposedChoice } from '../../../../src/domain/kubernetes/helm-hooks.ts';

describe('what most likely stands in for a Helm hook', () => {
  it.each([
    ['Job', 'shop-migrate', 'pre-install,pre-upgrade', 'migration'],
    ['Job', 'shop-db-setup', 'post-install, post-upgrade', 'migration'],
    ['Job', 'shop-warm', 'post-upgrade', 'smoke-test'],
    ['Pod', 'shop-test-connection', 'test', 'smoke-test'],
    ['ServiceAccount', 'shop-migrate', 'pre-install,pre-upgrade', 'ignore'],
    ['Job', 'shop-clean', 'pre-delete', 'ignore'],
    ['Job', 'shop-migrate-back', 'pre-rollback', 'ignore'],
  ] as const)('%s %s at %s', (kind, name, when, choice) => {
    expect(proposedChoice({ kind, name, when })).toBe(choice);
  });
});

it.each([
  ['test', true],
  ['test-success, test-failure', true],
  ['post-upgrade,test', false],
  ['pre-upgrade', false],
  [undefined, false],
] as const)('a hook at %s is only a test: %s', (when, only) => {
  expect(isTestOnly(when)).toBe(only);
});
