import type { ReviewedSettings, SettingsPart } from '../ports/reviewed-settings.ts';

/** A port of which nothing is asked before somebody answered for the part of relctl.yaml that it is made from. */
export function onceReviewed<T extends object>(port: T, reviewed: ReviewedSettings, part: SettingsPart): T {
  const guarded = Object.entries(port).map(([name, act]) => [
    name,
    typeof act === 'function'
      ? async (...args: unknown[]) => {
          await reviewed.require(part);
          return act.apply(port, args);
        }
      : act,
  ]);
  return Object.fromEntries(guarded) as T;
}

/** Variables of relctl itself: what they hold opens more than any channel may. */
const OWN = /^RELCTL_(SIGNING_KEY|POD_.*)$/;

/**
 * The variables that a channel or a login may name: without those that hold a private key, whatever they are called. CI is given the key that it
 * signs with in a variable, and a branch could name that one as the secret of a channel of its own.
 */
export function withoutOwnKeys(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !OWN.test(name) && !holdsPrivateKey(value ?? '')),
  );
}

/** True for a text with a private key in it, be it written in one line or in base64 once more. */
function holdsPrivateKey(text: string): boolean {
  const isOne = (one: string) => /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(one);
  return (
    isOne(text) || (/^[A-Za-z0-9+/=\s]{100,}$/.test(text) && isOne(Buffer.from(text, 'base64').toString('latin1')))
  );
}
