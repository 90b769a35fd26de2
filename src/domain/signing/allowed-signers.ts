import { KEY_TYPE_NAMES, keyFingerprint } from './sshsig.ts';

/** One line of `allowed_signers`: a person's key and what it may sign. */
export interface AllowedSigner {
  readonly principal: string;
  readonly keyType: string;
  /** Base64. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly namespaces: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
  /** 1-based. */
  readonly line: number;
}

/** What is wrong with a line. */
export interface SignersFault {
  readonly line: number;
  readonly problem: string;
}

/** A file that reads, or what is wrong with it. */
export interface SignersFile {
  readonly signers: readonly AllowedSigner[];
  readonly faults: readonly SignersFault[];
}

const KEY_TYPES = new RegExp(`^(${KEY_TYPE_NAMES.map((name) => name.replaceAll('.', '\\.')).join('|')})$`);
const OPTIONS = /^(?:(?:[a-z-]+="[^"\s,=]+(?:,[^"\s,=]+)*")(?:,(?!$)|$)|cert-authority(?:,(?!$)|$))+$/i;
const TIME = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z$/;

/**
 * Reads `allowed_signers` line by line and more strictly than ssh-keygen does: it skips a line that it cannot read and
 * says nothing, takes a line without namespaces for every purpose, patterns for any number of people, and times without `Z`
 * for local ones. A file with a fault is not used at all, since what was meant is not known.
 */
export function readAllowedSigners(content: string): SignersFile {
  const signers: AllowedSigner[] = [];
  const faults: SignersFault[] = [];
  if (content.includes('\r')) faults.push({ line: lineOf(content, '\r'), problem: 'has a carriage return (CRLF)' });
  for (const [index, text] of content.split('\n').entries()) {
    const line = index + 1;
    if (/^\s*(#.*)?$/.test(text)) continue;
    const read = readLine(text.replace(/\r$/, ''), line);
    if (typeof read === 'string') faults.push({ line, problem: read });
    else signers.push(read);
  }
  return { signers, faults: [...faults, ...sharedFaults(signers)] };
}

function readLine(text: string, line: number): AllowedSigner | string {
  const [principal = '', ...rest] = text.trim().split(/[ \t]+/);
  const options = rest[0] !== undefined && !KEY_TYPES.test(rest[0]) ? rest.shift() : '';
  const [keyType = '', publicKey = ''] = rest;
  if (principal.includes(',')) return 'names several people for one key; write one line for each person';
  if (/[*?!]/.test(principal)) return `has the pattern "${principal}" for a person; people are named one by one`;
  if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(principal)) return `begins with "${principal}", which is not an e-mail address`;
  if (!KEY_TYPES.test(keyType)) return 'has no key of a kind that is known after the options';
  const fingerprint = keyFingerprint(keyType, publicKey);
  if (fingerprint === undefined) return `has a key that is not a whole ${keyType} key`;
  if (options === '' || options === undefined) return 'has no namespaces="…": its key could sign everything';
  if (!OPTIONS.test(options)) return `has options that do not read: ${options} (joined by commas, no spaces)`;
  const grants = readOptions(options);
  return typeof grants === 'string' ? grants : { principal, keyType, publicKey, fingerprint, ...grants, line };
}

type Grants = Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'>;

function readOptions(options: string): Grants | string {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of options.matchAll(/([a-z-]+)(?:="([^"]*)")?(?:,|$)/gi)) {
    if (found.has(name.toLowerCase())) return `has the option ${name} twice`;
    found.set(name.toLowerCase(), value);
  }
  if (found.has('cert-authority')) return 'is a certificate authority; relctl counts people by their own keys';
  const unknown = [...found.keys()].find((name) => !['namespaces', 'valid-after', 'valid-before'].includes(name));
  if (unknown !== undefined) return `has the unknown option ${unknown}`;
  const namespaces = (found.get('namespaces') ?? '').split(',').filter(Boolean);
  if (namespaces.length === 0) return 'has no namespaces="…": its key could sign everything';
  const pattern = namespaces.find((namespace) => /[*?!]/.test(namespace));
  if (pattern !== undefined) return `has the pattern "${pattern}" for a namespace; grants are named one by one`;
  const times = (['valid-after', 'valid-before'] as const).map((name) => {
    const value = found.get(name);
    return value === undefined ? undefined : (readTime(value) ?? `has ${name}="${value}", which is not a time in UTC`);
  });
  const wrong = times.find((time) => typeof time === 'string');
  if (wrong !== undefined) return `${wrong}, such as 20260301Z or 202603011200Z`;
  const [validAfter, validBefore] = times as (number | undefined)[];
  return { namespaces, validAfter, validBefore };
}

/** A time of ssh-keygen in UTC: date, or date and time to the minute or second. A time without `Z` is local, so it is none. */
function readTime(text: string): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = TIME.exec(text) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const at = Date.parse(`${iso}Z`);
  // A 31st of February would silently be a day in March.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(iso) ? undefined : at;
}

/** One key for two people would count as two; two spellings of one address would be two people for ssh-keygen. */
function sharedFaults(signers: readonly AllowedSigner[]): readonly SignersFault[] {
  const byKey = new Map<string, AllowedSigner>();
  const bySpelling = new Map<string, AllowedSigner>();
  const faults: SignersFault[] = [];
  for (const signer of signers) {
    const sameKey = byKey.get(signer.fingerprint);
    if (sameKey !== undefined && sameKey.principal !== signer.principal)
      faults.push({
        line: signer.line,
        problem: `gives ${signer.principal} the key of ${sameKey.principal} (line ${sameKey.line})`,
      });
    const sameName = bySpelling.get(signer.principal.toLowerCase());
    if (sameName !== undefined && sameName.principal !== signer.principal)
      faults.push({
        line: signer.line,
        problem: `spells ${sameName.principal} (line ${sameName.line}) as ${signer.principal}`,
      });
    byKey.set(signer.fingerprint, sameKey ?? signer);
    bySpelling.set(signer.principal.toLowerCase(), sameName ?? signer);
  }
  return faults;
}

function lineOf(content: string, needle: string): number {
  return content.slice(0, content.indexOf(needle)).split('\n').length;
}
