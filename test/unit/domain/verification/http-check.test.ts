import { describe, expect, it } from 'vitest';
import { type HttpCheck, httpProblems } from '../../../../src/domain/verification/http-check.ts';

const NOW = Date.parse('2026-12-03T15:00:00Z');
const DAY = 86_400_000;
const check: HttpCheck = { url: 'https://shop.example.com/healthz', status: 200 };
const answer = { status: 200, body: '{"status":"up","parts":[{"name":"db","ok":true}]}', latencyMs: 120 };

describe('httpProblems', () => {
  it('has none when all that was asked for holds', () => {
    const asked: HttpCheck = {
      ...check,
      contains: 'up',
      json: [{ pointer: '/status', equals: 'up' }, { pointer: '/parts/0/ok', equals: true }, { pointer: '/parts' }],
      maxLatencyMs: 120,
      tlsDays: 14,
    };
    expect(httpProblems(asked, { ...answer, certificateUntil: NOW + 14 * DAY }, NOW)).toEqual([]);
  });

  it('says all that is wrong at once', () => {
    const asked: HttpCheck = {
      ...check,
      contains: 'green',
      json: [{ pointer: '/status', equals: 'green' }, { pointer: '/version' }],
      maxLatencyMs: 119,
      tlsDays: 14,
    };
    const found = { ...answer, status: 503, certificateUntil: NOW + 14 * DAY - 1 };
    expect(httpProblems(asked, found, NOW)).toEqual([
      'answers 503, not 200',
      'answers 503 without "green"',
      '/status is "up", not "green"',
      'its body has nothing at /version',
      'took 120 ms, more than 119',
      'its certificate is valid for 13 more days, less than 14',
    ]);
  });

  it('never takes what is not there for good', () => {
    expect(httpProblems(check, { status: null, body: 'the connection was refused', latencyMs: 1 }, NOW)).toEqual([
      'the connection was refused',
    ]);
    expect(httpProblems({ ...check, json: [{ pointer: '' }] }, { ...answer, body: '<html>' }, NOW)).toEqual([
      'its body is not JSON',
    ]);
    expect(httpProblems({ ...check, tlsDays: 1 }, answer, NOW)).toEqual(['its certificate could not be read']);
  });

  it('does not take "true" for true', () => {
    const asked: HttpCheck = { ...check, json: [{ pointer: '/ok', equals: true }] };
    expect(httpProblems(asked, { ...answer, body: '{"ok":"true"}' }, NOW)).toEqual(['/ok is "true", not true']);
  });
});
