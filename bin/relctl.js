#!/usr/bin/env node
// The compile cache must be on before the bundle is imported, hence the dynamic import.
import module from 'node:module';

module.enableCompileCache?.();
const { run } = await import('../dist/main.js');
process.exitCode = await run(process.argv.slice(2));
