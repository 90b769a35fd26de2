import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonSchema, SCHEMA_NAMES } from '../../../src/usecases/schema.ts';
import { sampleHead, type WrittenPlan } from '../../support/sample-plan.ts';

function compiled(name: (typeof SCHEMA_NAMES)[number]) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(jsonSchema(name));
}
const isPlan = compiled('plan');
const written = (): WrittenPlan => parse(sampleHead()) as WrittenPlan;

describe('the JSON Schema for editors', () => {
  it.each(SCHEMA_NAMES)('%s can be used by a validator that knows nothing of relctl', (name) => {
    expect(() => compiled(name)).not.toThrow();
  });

  it('accepts what relctl accepts, defaults left out', () => {
    expect(isPlan(written())).toBe(true);
  });

  it.each([
    ['an unknown key', (plan: WrittenPlan) => Object.assign(plan.spec, { extra: 1 })],
    ['a share that is a number', (plan: WrittenPlan) => Object.assign(plan.spec, { canary: { share: 1 } })],
    ['a window with an offset', (plan: WrittenPlan) => Object.assign(plan.spec.window, { start: '2026-12-03T14:00Z' })],
    ['no services', (plan: WrittenPlan) => Object.assign(plan.spec, { services: [] })],
    ['no owners', (plan: WrittenPlan) => Reflect.deleteProperty(plan.spec, 'owners')],
    ['another version', (plan: WrittenPlan) => Object.assign(plan, { apiVersion: 'relctl/v9' })],
  ])('marks %s while it is written', (_, change) => {
    const plan = written();
    change(plan);
    expect(isPlan(plan)).toBe(false);
  });

  it('explains the fields of spec', () => {
    const text = JSON.stringify(jsonSchema('plan'));
    expect(text).toContain('The change window, T-0');
    expect(text).toContain('Never the value itself');
  });
});
