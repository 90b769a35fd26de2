import type { Check } from '../../domain/outcome/outcome.ts';
import type { EventData } from '../../plan/events.ts';

/** A check as it is recorded with a sign-off or a verification. */
export type RecordedCheck = EventData<'verify.recorded'>['checks'][number];

/** A check as people see it, with what shows it. */
export function shown(check: RecordedCheck): Check {
  const proof = check.evidence?.file ?? check.link;
  return {
    state: check.ok ? (check.warning === true ? 'warning' : 'ok') : 'failed',
    text: check.name,
    detail: proof === undefined ? check.detail : `${check.detail} (${proof})`,
  };
}

/** The last line of an output that says something. */
export function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1) ?? '';
}

/** A name as part of a file name or a Kubernetes name: lower case, digits and dashes, at most 40 characters. */
export function slugOf(name: string): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return slug.slice(0, 40).replaceAll(/^-+|-+$/g, '') || 'check';
}
