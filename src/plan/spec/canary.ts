import * as z from 'zod';
import { durationSchema, kubeName, name, percentSchema, selector, strategyName } from './terms.ts';

/** An entry of `spec.slos`. */
export const sloSchema = z
  .strictObject({
    name,
    service: kubeName,
    objective: percentSchema.describe('The share of good events that is wanted'),
    good: selector.describe('Good events; for latency the histogram bucket at the threshold'),
    total: selector.describe('All events; for latency the histogram count'),
  })
  .describe('OpenSLO ratio: good events over all events, both counters');

/** `spec.canary`. */
export const canarySchema = z.strictObject({
  strategy: strategyName
    .default('shared-service')
    .describe(
      'How requests come to the candidate: http-route, grpc-route and ingress-nginx divide them by weight, shared-service by number of pods, region by place. A service may have another one',
    ),
  share: percentSchema.default('1%').describe('Share of production that the canary gets'),
  bake: durationSchema.default('15m').describe('How long the SLOs are monitored before promotion'),
  warmup: durationSchema
    .optional()
    .describe('How long the canary may warm up before the bake, beside it; as the policy says when left out'),
  extension: durationSchema.default('15m').describe('How much longer, once, when the verdict is inconclusive'),
  look: durationSchema.default('15s').describe('How often the judge looks'),
  region: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe('The non-critical region that goes first, for strategy region'),
  waves: z
    .array(
      z.strictObject({
        regions: z.array(z.string().min(1).max(10_000)).min(1),
        soak: durationSchema
          .default('0s')
          .describe('How long the wave is watched before the next one; of no effect in the last'),
      }),
    )
    .min(1)
    .optional()
    .describe('The other regions, in order, for strategy region; all at once when left out'),
  detectableRatio: z
    .number()
    .gt(1)
    .max(100)
    .default(5)
    .describe('The regression that must be detectable: the bad ratio of the canary over that of stable'),
});
