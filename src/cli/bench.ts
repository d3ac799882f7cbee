/**
 * `gauntlet bench`: parse and verify cost under memory ceilings.
 *
 * @module
 */
import { runBench } from '../measure/bench.ts';
import { renderBench } from '../measure/render-bench.ts';

export interface BenchCommandOptions {
  readonly verifier?: readonly string[];
  readonly envelope?: readonly string[];
  readonly quick?: boolean;
  readonly format: 'text' | 'json';
}

export async function runBenchCommand(options: BenchCommandOptions): Promise<number> {
  const report = await runBench({
    quick: options.quick ?? false,
    ...(options.verifier && { verifiers: options.verifier }),
    ...(options.envelope && { envelopes: options.envelope }),
  });
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(report, null, 1)}\n` : renderBench(report),
  );
  return 0;
}
