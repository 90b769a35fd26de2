import { expect, it } from 'vitest';
import { readValues } from '../../../src/usecases/success/values.ts';
import { samplePlan } from '../../support/sample-plan.ts';

const METRICS = samplePlan().spec.successMetrics;
const NAME = METRICS[0]?.name ?? '';

it('says of a value what is wrong with it: its name, or that it has no number', () => {
  const read = (text: string) => () => readValues('r', METRICS, [text]);
  expect(readValues('r', METRICS, [`${NAME}=4.1`])).toEqual(new Map([[NAME, 4.1]]));
  expect(read(NAME)).toThrow(/has no number$/);
  expect(read('another')).toThrow(/names no success metric of r$/);
  expect(read('another=1')).toThrow(/names no success metric of r$/);
  expect(read(`${NAME}=much`)).toThrow(/"much" is not a number/);
});
