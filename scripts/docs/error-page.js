// Writes docs/errors.md: every error code with what it says, why, and what to do, as the sources have it.

const KINDS = {
  usage: [
    'What you typed, or a file of the repository',
    'Nothing was changed in a cluster. Fix it and give the command again.',
  ],
  gate: [
    'The process says not yet',
    'A gate refuses the step; the message names who can open it and with which command.',
  ],
  pending: ['Somebody or something has to happen first', 'Nothing is wrong; come back, or do what the message names.'],
  declined: ['A person said no', 'Or nobody answered where only a clear yes will do.'],
  failed: ['The world did not do what it should', 'relctl says what is done and what is not; nothing was promoted.'],
  bug: ['A mistake in relctl', 'Please report it.'],
};

/** @returns the page as Markdown */
export function errorPage(kinds, exitCodes, errors) {
  const sections = Object.entries(KINDS).map(([kind, [title, about]]) => {
    const codes = Object.keys(kinds).filter((code) => kinds[code] === kind);
    return `## ${title}\n\nExit code ${exitCodes[kind]}. ${about}\n\n${codes.map((code) => entry(code, errors.get(code))).join('\n')}`;
  });
  return `# Error codes

<!-- Written by npm run docs from the sources. -->

Each error has a code that scripts can match on (\`--json\` gives it as \`error.code\`), says what was found and where, why it matters, and what to do next. This page has what each can say; … stands
for what only the moment knows.

${sections.join('\n')}`;
}

const TO_DO = 'What to do';

function entry(code, found) {
  const lines = (title, texts) =>
    texts === undefined || texts.size === 0
      ? []
      : [`- ${title}`, ...[...texts].sort().map((text) => `  - ${shown(text, title === TO_DO)}`)];
  const told = [
    ...lines('It says', found?.says),
    ...lines('Why it matters', found?.why),
    ...lines(TO_DO, found?.hints),
  ];
  const onlyThere = ['- What was found, and what to do, stand in the message itself.'];
  return [`### \`${code}\``, '', ...(told.length === 0 ? onlyThere : told), ''].join('\n');
}

/** Commands are code as they are; in sentences nothing means anything to Markdown. */
function shown(text, isToDo) {
  const line = text.replace(/\s+/g, ' ').trim();
  if (/^`.*`$/.test(line)) return line;
  if (isToDo && /^(relctl|git|kubectl|npm|ssh-keygen|export|rm|ls) /.test(line)) return `\`${line}\``;
  return line.replace(/[\\`*_[\]|]/g, '\\$&').replaceAll('<', '&lt;');
}
