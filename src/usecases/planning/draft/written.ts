import type * as z from 'zod';
import type { specSchema } from '../../../plan/spec.ts';

/** `spec` as people write it: what has a default may be left out. */
export type WrittenSpec = z.input<typeof specSchema>;

/** An item of a list of `spec`, as people write it. */
export type Written<K extends 'resources' | 'environmentVariables' | 'smokeTests' | 'successMetrics' | 'alerts'> =
  NonNullable<WrittenSpec[K]>[number];
