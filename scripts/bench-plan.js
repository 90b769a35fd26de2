// Measures `relctl plan` against git over the same range. Usage: node scripts/bench-plan.js [commits] [changed files] [rounds]
import { runBench } from './run-bench.js';

await runBench('../test/bench/governance/plan.ts', process.argv.slice(2));
