import * as z from 'zod';
import { isRealTime } from './times.ts';

/** What the parts of a plan are made of. Every field carries a description, because the JSON Schema for editors is generated from here. */

/** `releases/<id>.yaml`: what an id may look like. It is a file name, a Lease holder and a label value. */
export const ID_PATTERN = /^[a-z0-9][a-z0-9.-]{0,62}$/;

/** Text that says something. Nobody reads more than a few pages in one field, and every page that shows it goes through it. */
export const text = z.string().max(20_000).trim().min(1);

/** A name that people read; in a draft it may still be to be written. */
export const name = z
  .string()
  .regex(/^(?:TO BE WRITTEN: )?[A-Za-z0-9][A-Za-z0-9._ /-]{0,99}$/, 'letters, digits, space and . _ / - only');

/** A name that Kubernetes objects can carry, with room for suffixes. */
export const kubeName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/, 'a Kubernetes name of at most 53 characters');

/** A person: an e-mail address. */
export const person = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'an e-mail address such as ada@example.com');

/** A commit, in full. */
export const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id of 40 or 64 hex digits');

/** Something that git can resolve to a commit. */
export const ref = z.string().regex(/^(?!-)[^\s~^:?*[\\]{1,200}$/, 'a git branch, tag or commit');

/** A time as a clock on a wall shows it. */
export const wallTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'a wall-clock time such as 2026-12-03T14:00, without an offset')
  .refine(isRealTime, 'a day of the calendar and a time of the day');

/** A length of time such as `15m`, `48h`, `90s`, `7d`. */
export const durationSchema = z
  .string()
  .regex(/^\d+(s|m|h|d)$/, 'a duration such as 15m, 48h or 90s')
  .describe('Length of time: digits and one of s, m, h, d');

/** A share such as `1%` or `0.5%`. */
export const percentSchema = z
  .string()
  .regex(/^(100|\d{1,2}(\.\d+)?)%$/, 'a percentage such as 1% or 99.5%')
  .describe('Percentage, with the sign');

/** A counter in Prometheus. */
export const selector = z
  .string()
  .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})?$/, 'a counter selector such as http_requests_total{service="web"}')
  .describe('A Prometheus counter selector: a metric name and label matchers, no functions');

/** The name of a canary strategy. */
export const strategyName = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'the name of a strategy such as http-route');

/** Whether what a program prints is recorded; it prints what it likes, and the repository forgets nothing. */
export const keepOutput = z
  .boolean()
  .optional()
  .describe(
    'True to record the end of what it prints, with known secrets taken out; else only its exit code and a digest are',
  );
