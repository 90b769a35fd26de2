import { stripVTControlCharacters } from 'node:util';
import { clean } from '../../text/clean.ts';

/** Environment variables whose names say that they hold a secret. */
const SECRET_NAME = /token|secret|passw|passphrase|api_?key|private_?key|credential|webhook|auth/i;
/** A shorter value would blank out ordinary words. */
const MIN_LENGTH = 6;

/** The environment as a process gets it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Values that must not be shown: those of the named variables, and of all whose names say so. */
export function secretsIn(environment: Environment, names: readonly string[] = []): readonly string[] {
  return Object.entries(environment)
    .filter(([name]) => names.includes(name) || SECRET_NAME.test(name))
    .map(([, value]) => value ?? '')
    .filter((value) => value.length >= MIN_LENGTH);
}

/**
 * Takes secrets out of a text that people or the plan will see: each value as it is, in its encodings, and, of a value that is
 * a URL, also its user, password, path and query alone, since an error often repeats only a part.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return forms.reduce((shown, form) => shown.replaceAll(form, '[redacted]'), text);
}

/** The last lines of what a program or a server said, without control characters and secrets, at most `length` characters. */
export function lastWords(text: string, secrets: readonly string[], length = 400): string {
  // Before and after: cleaning takes colours out of a secret that had some, and changes one that holds a tab.
  const shown = redact(plainText(redact(text, secrets)), secrets).trim();
  return shown.length > length ? `…${shown.slice(shown.length - length + 1)}` : shown;
}

/** A text without terminal sequences, and with every other character that could deceive made visible. */
export function plainText(text: string): string {
  return clean(stripVTControlCharacters(text).replace(/\r\n?/g, '\n'));
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < MIN_LENGTH) return [];
  const parts = [secret];
  if (URL.canParse(secret)) {
    const url = new URL(secret);
    const pair = `${decoded(url.username)}:${decoded(url.password)}`;
    parts.push(
      url.href,
      pair,
      url.username,
      url.password,
      url.pathname + url.search,
      url.pathname,
      url.search.slice(1),
    );
    parts.push(...url.pathname.split('/').filter((segment) => segment.length >= 8), ...url.searchParams.values());
  }
  return parts
    .filter((part) => part.length >= MIN_LENGTH)
    .flatMap((part) => [
      part,
      encodeURIComponent(part),
      decoded(part),
      part.toUpperCase(),
      part.toLowerCase(),
      [...part].reverse().join(''),
      JSON.stringify(part).slice(1, -1),
      ...base64Of(part),
    ])
    .filter((form) => form.length >= MIN_LENGTH);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Alone; and inside a longer text, where the letters depend on how many stand before it, without those that its neighbours change. */
function base64Of(part: string): readonly string[] {
  const inside = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(part)]).toString('base64');
    return text.replace(/=+$/, '').slice(before === 0 ? 0 : before + 1, -1);
  });
  const whole = Buffer.from(part);
  return [whole.toString('base64'), whole.toString('base64url'), ...inside];
}
