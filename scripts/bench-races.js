// Lets two clones push at the same moment, many times. Usage: node scripts/bench-races.js [rounds]
import { runBench } from './run-bench.js';

await runBench('../test/bench/governance/races-main.ts', process.argv.slice(2));
