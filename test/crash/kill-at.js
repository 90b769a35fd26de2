// Loaded into a relctl process with `node --import`: kills it at the n-th time that a file takes its place (a rename or a
// link), right before or right after. KILL_AT is n, KILL_WHEN is `before` or `after`; REPORT names a file that gets the
// count of a process that ran to its end.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const at = Number(process.env.KILL_AT ?? 0);
const when = process.env.KILL_WHEN ?? 'before';
let count = 0;

function die() {
  process.kill(process.pid, 'SIGKILL');
}

/** Counts a call; returns what is to be done once it is over. */
function arrive() {
  count += 1;
  if (count !== at) return () => undefined;
  if (when === 'before') die();
  return die;
}

for (const name of ['renameSync', 'linkSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    const leave = arrive();
    const result = real(...args);
    leave();
    return result;
  };
}
for (const name of ['rename', 'link']) {
  const real = fs.promises[name];
  fs.promises[name] = async (...args) => {
    const leave = arrive();
    const result = await real(...args);
    leave();
    return result;
  };
}
syncBuiltinESMExports();

const { REPORT } = process.env;
if (REPORT !== undefined) process.on('exit', () => fs.writeFileSync(REPORT, String(count)));
