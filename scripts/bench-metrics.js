// Measures `relctl metrics` over a thousand releases. Usage: node scripts/bench-metrics.js [count] [rounds]
import { runBench } from './run-bench.js';

await runBench('../test/bench/records/metrics.ts', process.argv.slice(2));
