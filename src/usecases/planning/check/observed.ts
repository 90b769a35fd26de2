import type { PlanFinding } from '../../../domain/plan-rules/plan-check.ts';
import { RelctlError } from '../../../errors.ts';
import type { Impact } from '../../../evidence/impact/findings.ts';
import type { Policy } from '../../../plan/policy.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { command } from '../../../text/command-line.ts';
import { findingsOfManifests } from '../../cluster/check-manifests.ts';
import type { Context } from '../../release/context.ts';
import { impactBetween } from '../facts/impact.ts';
import { openManifests } from '../facts/manifests.ts';
import type { Notice } from '../revise/notice.ts';
import { staleOf } from '../revise/stale.ts';
import { selectorFindings } from './canary-selectors.ts';
import { shareFindings } from './canary-share.ts';
import { keeperFindings } from './keeper-findings.ts';
import { migrationFindings } from './migration-findings.ts';
import { revertedFindings } from './reverted-work.ts';
import { servedPodsFindings } from './served-pods.ts';
import { shippedImageFindings } from './shipped-images.ts';
import { trafficFindings } from './traffic-findings.ts';
import { unplannedFindings } from './unplanned.ts';
import { settingFindings } from './variable-settings.ts';

type Path = PlanFinding['path'];

/**
 * What git says about the candidate of a plan: that it is there, that its branches have not moved, that the plan still names
 * what the difference shows, that the manifests set what it says they set, that what it calls reversible is, and that its canary
 * is possible with the pods that run, which lose no requests when they are replaced. And what the other plans say: that production does not have a newer version already.
 * @param read what lies between base and candidate, where it was read already
 */
export async function observedFindings(
  context: Context,
  plan: ReleasePlan,
  policy: Policy,
  read?: Impact,
): Promise<readonly PlanFinding[]> {
  const { candidate } = plan.spec;
  try {
    const base = await context.repository.resolve(candidate.base);
    const commit = await context.repository.resolve(candidate.commit);
    const impact = read ?? (await impactBetween(context, base, commit));
    const manifests = await openManifests(context, commit);
    const stale = await staleOf(context, plan.spec, impact, manifests);
    return [
      ...stale.map((notice) => staleFinding(plan, notice)),
      ...(await unplannedFindings(context, plan, impact, manifests)),
      ...(await settingFindings(plan, manifests)),
      ...migrationFindings(plan, impact),
      ...(await revertedFindings(context.repository, plan)),
      ...(await shareFindings(plan, policy, context.config, manifests)),
      ...(await selectorFindings(plan, context.config, manifests)),
      ...(await renderedFindings(context, plan)),
      ...(await servedPodsFindings(plan, manifests)),
      ...(await trafficFindings(context, plan, policy, manifests)),
      ...(await shippedImageFindings(context, plan)),
      ...(await keeperFindings(context, plan)),
    ];
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'repo.no-such-commit') throw error;
    return [
      {
        code: 'candidate.missing',
        severity: 'error',
        path: ['spec', 'candidate'],
        problem: error.message,
        fix: error.hints[0] ?? 'git fetch --all --tags',
      },
    ];
  }
}

/** What `stage` and `deploy` would refuse in the manifests, or should be known of them, at the service that it concerns. */
async function renderedFindings(context: Context, plan: ReleasePlan): Promise<readonly PlanFinding[]> {
  const found = await findingsOfManifests(context, plan, context);
  return found.map(({ code, severity, service, problem, fix }) => {
    const index = plan.spec.services.findIndex(({ name }) => name === service);
    return { code, severity, path: ['spec', 'services', ...(index < 0 ? [] : [index, 'name'])], problem, fix };
  });
}

/** Lists of the plan in which a stale thing stands, by its kind. */
const LISTS = {
  service: ['services', 'name', 'remove it, or leave it if it ships for another reason'],
  variable: ['environmentVariables', 'name', 'remove it, or leave it if it is set for another reason'],
  migration: ['migrations', 'id', 'remove it, or leave it if it is run for another reason'],
  alert: ['alerts', 'name', 'leave it if its rule lives elsewhere; it must fire in staging all the same'],
} as const;

function staleFinding({ id, spec }: ReleasePlan, { kind, name, detail }: Notice): PlanFinding {
  const warning = (path: Path, problem: string, fix: string): PlanFinding => ({
    code: `stale.${kind}`,
    severity: 'warning',
    path,
    problem,
    fix,
  });
  if (kind === 'branch') {
    const { branches } = spec.candidate;
    return warning(
      ['spec', 'candidate', 'branches', placeIn(branches, 'name', name)],
      `the branch ${name}: ${detail}`,
      command`relctl plan ${id} ${branches.flatMap((one) => ['--branch', one.name])}`,
    );
  }
  if (kind === 'image') {
    return warning(
      ['spec', 'services', placeIn(spec.services, 'name', name), 'image'],
      detail,
      `${command`relctl plan ${id} --image ${name}="<image>"`}, or correct the manifest`,
    );
  }
  const [list, key, fix] = LISTS[kind === 'variable' || kind === 'migration' || kind === 'alert' ? kind : 'service'];
  return warning(['spec', list, placeIn(spec[list], key, name)], `the ${kind} ${name} is ${detail}`, fix);
}

function placeIn(items: readonly object[], key: string, name: string): number {
  return Math.max(
    0,
    items.findIndex((item) => (item as Readonly<Record<string, unknown>>)[key] === name),
  );
}
