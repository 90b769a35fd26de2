import { expect } from 'vitest';
import { type Company, PEOPLE, type Result } from './company.ts';
import { manifests } from './product.ts';
import { type RpdFacts, rpd } from './rpd.ts';

/** Several releases of a test share one change window, which a person must allow. */
const EXCEPTION = ['--exception', 'several releases share the window of this test'];

/** A release of a test: its id, the tag that says how it behaves, and what its plan has beside the usual. */
export interface TestRelease extends Omit<RpdFacts, 'commit'> {
  readonly replicas?: number;
  /** Files of the candidate beside the manifests of `web`, or in their place. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Walks a release from its plan to both sign-offs. */
export async function makeReady(company: Company, release: TestRelease): Promise<void> {
  const { id, tag, replicas, files = {} } = release;
  const commit = company.product.candidate(id, { ...manifests(tag, `hello from ${tag}`, replicas), ...files });
  company.product.write(`releases/${id}.yaml`, rpd({ ...release, commit }));
  company.product.write(
    'reports/regression.xml',
    '<testsuite name="r" tests="1"><testcase classname="r" name="greets"/></testsuite>\n',
  );
  const confirmed = ['--operational-readiness', '--security-review', '--impact-assessment'];
  const steps: [string, readonly string[]][] = [
    [PEOPLE.lead, ['submit-cab', id, ...EXCEPTION]],
    [PEOPLE.cab, ['signoff', 'cab', id, '--decision', 'go', ...confirmed]],
    [PEOPLE.lead, ['stage', id]],
    [PEOPLE.qa, ['signoff', 'qa', id, '--junit', 'reports/*.xml', '--passed', 'T-1', '--decision', 'pass']],
    [PEOPLE.ops, ['signoff', 'ops', id, '--decision', 'pass']],
  ];
  for (const [who, args] of steps) {
    const { code, stderr } = await company.relctl([...args, '--as', who]);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
}

/** Operations deploys. */
export function deploy(company: Company, id: string, ...flags: readonly string[]): Promise<Result> {
  return company.relctl(['deploy', id, '--as', PEOPLE.ops, ...flags]);
}

/** Operations deploys in the shared window. */
export function deployAnyway(company: Company, id: string, ...flags: readonly string[]): Promise<Result> {
  return deploy(company, id, ...flags, ...EXCEPTION);
}
