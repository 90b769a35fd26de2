import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sourceText } from '../../../../src/adapters/fs/source-text.ts';

const root = mkdtempSync(join(tmpdir(), 'relctl-source-'));
mkdirSync(join(root, 'releases'));
mkdirSync(join(root, 'services/web'), { recursive: true });
writeFileSync(join(root, 'releases/x.yaml'), 'a: 1\n');
writeFileSync(join(root, 'releases/huge.yaml'), 'x'.repeat(1_100_000));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the text that an error points at', () => {
  it('is found from the root and from below it', async () => {
    expect(await sourceText(root, 'releases/x.yaml')).toBe('a: 1\n');
    expect(await sourceText(join(root, 'services/web'), 'releases/x.yaml')).toBe('a: 1\n');
  });

  it.each(['releases/none.yaml', 'releases', 'releases/huge.yaml', '../x.yaml', '/etc/hostname', 'a\0b'])(
    'is nothing, and no error, for %j',
    async (file) => {
      expect(await sourceText(root, file)).toBeUndefined();
    },
  );
});
