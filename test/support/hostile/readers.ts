import type { Outputs } from './outputs.ts';

/** Lets every command that only looks say what it has to say of a release, and writes every document of it. */
export async function readAll(outputs: Outputs, id: string): Promise<void> {
  for (const argv of [
    ['status', id],
    ['status', id, '--verbose'],
    ['list'],
    ['audit', id],
    ['plan', id, '--check'],
    ['packet', id],
    ['metrics'],
    ['calendar'],
  ]) {
    await outputs.say(argv, { json: true, terminals: argv[0] === 'status' ? [80, 140] : [] });
  }
  for (const argv of [
    ['audit', '--all'],
    ['status', id, '--events', 'ndjson'],
    ['calendar', '--free', id],
    ['packet', id, '--html', 'packet.html'],
    ['calendar', '--ics', '--out', 'calendar.ics'],
    ['report', id],
    ['report', id, '--format', 'markdown'],
    ['report', id, '--notes'],
    ['report', '--all'],
    ['report', '--site', '--output', 'releases/site'],
    ['sandbox', 'show'],
  ]) {
    await outputs.say(argv);
  }
  outputs.lookAtFiles();
}

/** The same in short: what stands where a release is, what its history holds, and its report. */
export async function readBriefly(outputs: Outputs, id: string): Promise<void> {
  for (const argv of [
    ['status', id, '--verbose'],
    ['audit', id],
    ['report', id, '--format', 'markdown'],
  ]) {
    await outputs.say(argv);
  }
  outputs.lookAtFiles();
}
