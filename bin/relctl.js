#!/usr/bin/env node
// CommonJS of ES2015, so that an old Node reads it to the end and says what is missing, in place of a syntax error.
const wanted = [20, 19];
const found = process.versions.node.split('.').map(Number);

if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  say(
    `relctl needs Node.js ${wanted.join('.')} or newer, and this is ${process.versions.node}: install Node.js 24 from https://nodejs.org/en/download, and give the command again.`,
  );
} else {
  start();
}

function start() {
  // These commands stand beside other work for minutes. V8 would take up to 32 MB (Node 24: 64 MB) for what lives a moment;
  // this holds it at the 2 MB that it begins with, which one thread collects with less work than several that share it.
  const standing = ['deploy', 'stage', 'rollback', 'hypercare'];
  if (process.argv.some((word) => standing.indexOf(word) !== -1)) {
    const v8 = require('node:v8');
    v8.setFlagsFromString('--semi-space-growth-factor=1');
    v8.setFlagsFromString('--no-parallel-scavenge');
    // What lives longer is then collected after a few MB more, where V8 would wait for ten; while all is loaded, nothing of it is garbage.
    setTimeout(() => {
      v8.setFlagsFromString('--optimize-for-size');
      v8.setFlagsFromString('--heap-growing-percent=8');
    }, 2000).unref();
  }
  // The compile cache must be on before the bundle is imported, hence the dynamic import.
  const { enableCompileCache } = require('node:module');
  if (enableCompileCache) enableCompileCache();
  import('../dist/main.js').then(
    (main) =>
      main.run(process.argv.slice(2)).then((code) => {
        // Output that could not be written has set one already.
        process.exitCode = code || process.exitCode;
      }),
    (error) => {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      say(`relctl is not built: npm ci && npm run build, in ${require('node:path').dirname(__dirname)}`);
    },
  );
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
