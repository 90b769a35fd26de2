import { error, type PlanFinding, type PlanRule } from './finding.ts';

/** The mark that a draft carries where a person has to write something. */
export const TO_BE_WRITTEN = 'TO BE WRITTEN';

// Drafts of before had a name without the colon.
const MARK = new RegExp(`^.*${TO_BE_WRITTEN}:? ?`);

/** Places in a draft where a person still has to write something. */
export const unwritten: PlanRule = ({ plan: { metadata, spec } }) => {
  const findings: PlanFinding[] = [];
  const visit = (value: unknown, path: readonly (string | number)[], label: string): void => {
    if (typeof value === 'string') {
      if (!value.includes(TO_BE_WRITTEN)) return;
      const hint = value.replace(MARK, '') || 'write it';
      findings.push(error('plan.unwritten', path, `${label} is still to be written`, hint));
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        visit(
          item,
          [...path, index],
          value.length === 1 && typeof item === 'string' ? label : `${label}[${labelOf(item, index)}]`,
        );
      });
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value))
        visit(item, [...path, key], label === '' ? key : `${label}.${key}`);
    }
  };
  visit(metadata.feature, ['metadata', 'feature'], 'feature');
  visit(spec, ['spec'], '');
  return findings;
};

/** An item as people know it: by its name or id, else by its number. */
function labelOf(item: unknown, index: number): string {
  const { name, id } = (item ?? {}) as { readonly name?: unknown; readonly id?: unknown };
  const known = [name, id].find((one) => typeof one === 'string' && !one.includes(TO_BE_WRITTEN));
  return typeof known === 'string' ? known : `${index + 1}`;
}
