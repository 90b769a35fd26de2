/** What an API server says of a change that it refuses, for people. */
export interface RefusalText {
  /** Fields that it names, such as `spec.template`. */
  readonly fields: readonly string[];
  /** A sentence without what the fields hold: a server quotes the whole template of a Job, variables included. */
  readonly sentence: string;
}

/** `is invalid: spec.template: Invalid value: …` of Kubernetes (field.Error of apimachinery), and what the sandbox says. */
const FIELD =
  /(?:^|[\s[,])(?!field is)([a-z]\w*(?:\.\w+|\[[^\]]*\])*)(?:: (?:Invalid value|Forbidden)\b| is immutable\b)/g;
/** A refusal without fields, such as that of a webhook, is told as it is, up to here. */
const SHOWN = 300;

/** Reads the words of an API server that refused to change an object. */
export function refusalText(said: string): RefusalText {
  const fields = [...new Set([...said.matchAll(FIELD)].flatMap(([, field]) => field ?? []))];
  const sentence =
    fields.length === 0
      ? `its API server refuses the change: ${said.length > SHOWN ? `${said.slice(0, SHOWN)}…` : said}`
      : `the candidate has another ${fields.join(', ')}, which an API server refuses to change`;
  return { fields, sentence };
}
