import { RelctlError } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PlanFinding } from '../domain/plan-check.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import type { Context } from './context.ts';
import {
  deadline,
  draftActions,
  findingChecks,
  type PlacedFinding,
  placed,
  placedFindings,
  planFacts,
} from './planning/answer.ts';
import { impactBetween } from './planning/impact.ts';
import { type Notice, staleOf } from './planning/refresh.ts';
import { loadPolicy } from './settings.ts';

/**
 * Checks a plan and changes nothing: complete, consistent, can be satisfied, in time, and still what its branches and its
 * candidate say.
 * @throws RelctlError `plan.incomplete` (exit 2) when an error is found; all findings stand in its hints and its data
 */
export async function checkRelease(context: Context, id: string): Promise<Outcome> {
  const plan = await context.store.load(id);
  const policy = await loadPolicy(context.workspace, plan.metadata.process);
  const findings = [...placedFindings(context, plan, policy), ...(await observed(context, plan))];
  const errors = findings.filter((finding) => finding.severity === 'error');
  const warnings = findings.length - errors.length;
  const { sentence, submitBy, late } = deadline(context, plan, policy);
  if (errors.length > 0) throw incomplete(plan, findings, errors, sentence);
  return {
    result: 'done',
    headline: `${id} is complete${warnings === 0 ? '' : `, with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`}; ${sentence}`,
    blocks: [
      planFacts(plan),
      ...(warnings === 0 ? [] : [{ kind: 'checks' as const, checks: findingChecks(findings) }]),
      { kind: 'next', actions: draftActions(context, plan, policy, findings) },
    ],
    data: { release: id, file: plan.file, specDigest: plan.specDigest, submitBy, late, findings },
    simulated: context.environments.simulated,
  };
}

/** What git says about the candidate of a plan, as findings. */
async function observed(context: Context, plan: ReleasePlan): Promise<readonly PlacedFinding[]> {
  const { candidate } = plan.spec;
  try {
    const base = await context.repository.resolve(candidate.base);
    const commit = await context.repository.resolve(candidate.commit);
    const impact = await impactBetween(context, base, commit);
    const stale = await staleOf(context, plan.spec, impact, commit);
    return stale.map((notice) => placed(plan, findingOf(plan, notice)));
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'repo.no-such-commit') throw error;
    return [
      placed(plan, {
        code: 'candidate.missing',
        severity: 'error',
        path: ['spec', 'candidate'],
        problem: error.message,
        fix: error.hints[0] ?? 'git fetch --all --tags',
      }),
    ];
  }
}

function findingOf({ id, spec }: ReleasePlan, { kind, name, detail }: Notice): PlanFinding {
  const indexed = (key: 'services' | 'environmentVariables' | 'migrations' | 'alerts', index: number) => [
    'spec',
    key,
    Math.max(0, index),
  ];
  const branches = spec.candidate.branches.map((one) => `--branch ${one.name}`).join(' ');
  const warning = (path: readonly (string | number)[], problem: string, fix: string): PlanFinding => ({
    code: `stale.${kind}`,
    severity: 'warning',
    path,
    problem,
    fix,
  });
  switch (kind) {
    case 'branch':
      return warning(
        [
          'spec',
          'candidate',
          'branches',
          Math.max(
            0,
            spec.candidate.branches.findIndex((one) => one.name === name),
          ),
        ],
        `the branch ${name}: ${detail}`,
        `relctl plan ${id} ${branches}`,
      );
    case 'image':
      return warning(
        [
          ...indexed(
            'services',
            spec.services.findIndex((one) => one.name === name),
          ),
          'image',
        ],
        detail,
        `relctl plan ${id} --image ${name}=<image>, or correct the manifest`,
      );
    case 'variable':
      return warning(
        indexed(
          'environmentVariables',
          spec.environmentVariables.findIndex((one) => one.name === name),
        ),
        `the variable ${name} is ${detail}`,
        'remove it, or leave it if it is set for another reason',
      );
    case 'migration':
      return warning(
        indexed(
          'migrations',
          spec.migrations.findIndex((one) => one.id === name),
        ),
        `the migration ${name} is ${detail}`,
        'remove it, or leave it if it is run for another reason',
      );
    case 'alert':
      return warning(
        indexed(
          'alerts',
          spec.alerts.findIndex((one) => one.name === name),
        ),
        `the alert ${name} is ${detail}`,
        'leave it if its rule lives elsewhere; it must fire in staging all the same',
      );
    default:
      return warning(
        indexed(
          'services',
          spec.services.findIndex((one) => one.name === name),
        ),
        `the service ${name} is ${detail}`,
        'remove it, or leave it if it ships for another reason',
      );
  }
}

function incomplete(
  plan: ReleasePlan,
  findings: readonly PlacedFinding[],
  errors: readonly PlacedFinding[],
  deadlineSentence: string,
): RelctlError {
  const [first] = errors;
  const warnings = findings.filter((finding) => finding.severity === 'warning');
  const line = ({ at, problem, fix }: PlacedFinding): string => `${at} ${problem}: ${fix}`;
  return new RelctlError(
    'plan.incomplete',
    `${plan.id} is not ready for the CAB: ${errors.length} ${errors.length === 1 ? 'gap' : 'gaps'}${warnings.length === 0 ? '' : ` and ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`}`,
    {
      place: plan.place(first?.path ?? []),
      why: `The CAB is asked only about a plan that can be carried out; ${deadlineSentence}.`,
      hints: [
        `relctl plan ${plan.id} --check`,
        'after mending:',
        ...errors.map(line),
        ...warnings.map((finding) => `warning: ${line(finding)}`),
      ],
      data: { release: plan.id, file: plan.file, findings },
    },
  );
}
