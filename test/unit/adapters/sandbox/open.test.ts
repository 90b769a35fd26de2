import { expect, test } from 'vitest';
import { openSandboxWorld, type SandboxGround } from '../../../../src/adapters/sandbox/open.ts';
import { type ErrorCode, RelctlError } from '../../../../src/errors.ts';
import { companyConfig, START } from './company.ts';

const open = (code: ErrorCode) =>
  openSandboxWorld({
    file: undefined,
    config: companyConfig(),
    repository: { resolve: async () => 'a'.repeat(40) },
    manifests: {
      render: async () => {
        throw new RelctlError(code, 'no');
      },
    },
    store: {} as SandboxGround['store'],
    start: START,
  });

test.each(['config.invalid', 'manifests.failed', 'manifests.unstable', 'tool.missing'] as const)(
  'a company whose manifests are not rendered (%s) runs nothing, and can be planned in',
  async (code) => {
    expect((await open(code)).sandbox.isUntouched()).toBe(true);
  },
);

test('what fails for another reason is told', async () => {
  await expect(open('tool.timeout')).rejects.toMatchObject({ code: 'tool.timeout' });
});
