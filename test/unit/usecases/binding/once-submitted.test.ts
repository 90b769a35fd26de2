import { expect, it } from 'vitest';
import { RelctlError } from '../../../../src/errors.ts';
import type { SourceSettings } from '../../../../src/plan/source-settings.ts';
import type { ManifestSource } from '../../../../src/ports/manifest-source.ts';
import { onceSubmitted } from '../../../../src/usecases/binding/once-submitted.ts';

const rendered: string[] = [];
const manifests: ManifestSource = {
  async render(commit, { source }) {
    rendered.push(`${source.kind} ${commit}`);
    return [];
  },
};
const reviewedBy = (answer: () => Promise<void>) => ({ require: answer, submittedWith: () => undefined });
const NOBODY = reviewedBy(async () => {
  throw new RelctlError('config.unreviewed', 'no submission of it was signed yet', { why: '', hints: [] });
});
const request = (kind: string) => ({
  environment: 'production' as const,
  namespace: 'shop',
  source: { kind } as unknown as SourceSettings,
});

it('a program of the commit that a plan names is not run to look at it before somebody answered for it', async () => {
  const source = onceSubmitted({ manifests, reviewed: NOBODY }, 'next');
  await expect(source.render('c1', request('command'))).rejects.toMatchObject({
    code: 'config.unreviewed',
    hints: ['relctl plan next --check'],
  });
  expect(rendered).toEqual([]);
  await source.render('c1', request('kustomize'));
  expect(rendered).toEqual(['kustomize c1']);
});

it('it is run once it was submitted and signed, and where nobody signs', async () => {
  rendered.length = 0;
  await onceSubmitted({ manifests, reviewed: reviewedBy(async () => undefined) }, 'next').render(
    'c2',
    request('command'),
  );
  await onceSubmitted({ manifests }, 'next').render('c3', request('command'));
  expect(rendered).toEqual(['command c2', 'command c3']);
});
