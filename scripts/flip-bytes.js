// Changes each byte of the releases in releases/ and has each changed file audited. Usage: node scripts/flip-bytes.js
import { fileURLToPath } from 'node:url';
import { runBench } from './run-bench.js';

await runBench('../test/bench/bytes/main.ts', [fileURLToPath(new URL('..', import.meta.url))]);
