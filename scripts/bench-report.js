// Measures the pages that `relctl report` writes: of one release, and of all. Usage: node scripts/bench-report.js [releases] [rounds]
import { runBench } from './run-bench.js';

await runBench('../test/bench/records/report.ts', process.argv.slice(2));
