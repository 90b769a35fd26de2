// Measures `relctl hypercare --once` over 48 hours of ten SLOs at 15 s against a real Prometheus. Usage: node scripts/bench-hypercare.js [rounds]
import { runBench } from './run-bench.js';

await runBench('../test/bench/hypercare/main.ts', process.argv.slice(2));
