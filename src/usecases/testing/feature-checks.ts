import type { Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import type { PendingCheck } from '../checks/pending-checks.ts';
import { approvalAnswer, readAnswer } from '../release/answers.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { type GivenResult, givenResults, type Proof, readProof } from './feature-results.ts';

type FeatureTest = Spec['testPlan']['feature'][number];

/**
 * The feature test plan as a checklist: each case with its outcome and what shows it, from the flags or asked.
 * @throws RelctlError `usage.bad-flag`, `usage.missing-answer`, `evidence.unreadable`
 */
export async function featureChecks(
  context: Context,
  release: Release,
  answers: { readonly passed: readonly string[]; readonly failed: readonly string[] },
): Promise<readonly PendingCheck[]> {
  const { plan } = release.journal;
  const tests = plan.spec.testPlan.feature;
  const given = givenResults(tests, answers.passed, answers.failed, 'the feature test plan');
  const proofs = new Map<string, Proof>();
  for (const [test, { proof }] of given) if (proof) proofs.set(test, await readProof(context, test, proof));
  const checks: PendingCheck[] = [];
  // One question after the other.
  for (const test of tests) checks.push(await featureCheck(context, test, given.get(test.id), proofs.get(test.id)));
  return checks;
}

async function featureCheck(
  context: Context,
  test: FeatureTest,
  given: GivenResult | undefined,
  shown: Proof | undefined,
): Promise<PendingCheck> {
  const name = `feature test ${test.id}`;
  const passed = await approvalAnswer(context.prompter, given?.passed, {
    message: `Did ${test.id} pass in staging? ${test.title}`,
    flag: command`--passed ${test.id} or --failed ${test.id}`,
  });
  const read = (answer: string) => readProof(context, test.id, answer);
  const proof = given === undefined ? await askForProof(context, test, read) : shown;
  if (proof) return { name, ok: passed, detail: test.title, ...proof };
  return passed && test.needsEvidence === true
    ? { name, ok: false, detail: `${test.title}: no evidence was given: --passed ${test.id}="<link or file>"` }
    : { name, ok: passed, detail: test.title };
}

async function askForProof(
  { prompter }: Pick<Context, 'prompter'>,
  test: FeatureTest,
  read: (answer: string) => Promise<Proof>,
): Promise<Proof | undefined> {
  if (!prompter.interactive) return undefined;
  return readAnswer(
    prompter,
    {
      message: `What shows ${test.id}? A link or a file${test.needsEvidence === true ? '' : '; leave empty for none'}`,
      flag: command`--passed ${test.id}="<link or file>"`,
      default: '',
    },
    (answer) => (answer === '' ? undefined : read(answer)),
  );
}
