import { expect, it } from 'vitest';
import { sayRefusal } from '../../../../src/adapters/http/refusal.ts';

const say = (status: number, body = '', headers: Record<string, string> = {}) =>
  sayRefusal({ status, headers, body, location: headers.location });

it.each([
  [
    'a header (RFC 6750)',
    401,
    '',
    { 'www-authenticate': 'Bearer error="invalid_token", error_description="The access token expired"' },
    'refuses the one that it got (HTTP 401): The access token expired',
  ],
  [
    'AWS',
    403,
    '{"message":"The security token included in the request is expired"}',
    {},
    'let this login read (HTTP 403): The security token included in the request is expired',
  ],
  ['OAuth 2.0', 401, '{"error":"invalid_token","error_description":"expired"}', {}, '(HTTP 401): expired'],
  ['a field', 403, '{"error":"no such tenant"}', {}, '(HTTP 403): no such tenant'],
])('a refusal is said with the reason that %s gives', (_, status, body, headers, said) => {
  expect(say(status, body, headers as Record<string, string>)).toContain(said);
});

it.each([
  ['nothing', ''],
  ['a page', '<!doctype html><title>Sign in</title>'],
  ['a list', '["no"]'],
  ['a number', '{"message":7}'],
  ['spaces', '{"message":"  "}'],
])('a refusal with %s is said without a reason', (_, body) => {
  expect(say(403, body)).toBe('does not let this login read (HTTP 403)');
});

it('what was refused is not repeated, nor what is no text or without end', () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
  expect(say(401, JSON.stringify({ message: `token ${token} has\u001b[31m expired` }))).toMatch(
    /: token … has \[31m expired$/,
  );
  expect(say(401, JSON.stringify({ message: 'no '.repeat(1000) })).length).toBeLessThan(240);
});

it('another status is said with the host that it points to, and without its path', () => {
  expect(say(302, '', { location: 'https://login.example.com/?state=secret' })).toBe(
    'answered HTTP 302, which points to login.example.com',
  );
  expect(say(302, '', { location: '/login' })).toBe('answered HTTP 302, which points to another path');
  expect(say(500, '{"message":"at line 7"}')).toBe('answered HTTP 500');
});
