// Measures `relctl list` over ten thousand releases. Usage: node scripts/bench-list.js [count] [rounds]
import { runBench } from './run-bench.js';

await runBench('../test/bench/governance/list.ts', process.argv.slice(2));
