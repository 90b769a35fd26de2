import * as z from 'zod';
import { person, wallTime } from './terms.ts';
import { isZone } from './times.ts';

/** `spec.window`. */
export const windowSchema = z
  .strictObject({
    start: wallTime.describe('T-0: the change window opens'),
    end: wallTime.describe('The change window closes'),
    timeZone: z
      .string()
      .refine(isZone, 'an IANA time zone such as America/New_York or Europe/Berlin')
      .describe('IANA zone in which start and end are read, such as America/New_York'),
  })
  .describe('The change window, T-0');

/** `spec.owners`. */
export const ownersSchema = z
  .strictObject({
    productManager: person.describe('Selects the candidate, watches the success metrics, attends the review'),
    rdLead: person.describe('Writes the plan, proceeds only with the sign-offs'),
    operations: z.array(person).min(1).describe('Those who may deploy, verify and sign off readiness'),
    qa: z.array(person).min(1).describe('Those who may sign off the regression and feature tests'),
    cab: z.array(person).min(1).describe('The Change Advisory Board; the author of the plan does not count'),
    informed: z
      .array(z.string().min(1).max(10_000))
      .default([])
      .describe('Departments or addresses that get notifications and release notes'),
  })
  .describe('Who does what in this release');
