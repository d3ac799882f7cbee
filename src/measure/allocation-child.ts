/**
 * Runs in a fresh process: counts what V8's heap takes for one operation, and answers on the IPC channel.
 *
 * The parent starts it with a young generation so large that nothing is collected between two readings, and without
 * machine code, so that the optimiser neither allocates nor removes allocations.
 *
 * @module
 */

import { getHeapStatistics } from 'node:v8';
import type { AllocationReport, AllocationRequest } from './allocation.ts';
import { exampleEnvelopes } from './examples.ts';
import { failureOf, type Operation, operationsOf } from './operations.ts';

const warmUp = 30;
const repetitions = 9;

process.once('message', (request: AllocationRequest) => {
  measure(request).then(
    (reports) => process.send?.({ reports, peakRssBytes: process.resourceUsage().maxRSS * 1024 }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});

async function measure({ verifier, envelopes }: AllocationRequest): Promise<AllocationReport[]> {
  const reports: AllocationReport[] = [];
  for (const example of exampleEnvelopes()) {
    if (!envelopes.includes(example.name)) continue;
    for (const operation of await operationsOf(verifier, example)) {
      if ((await failureOf(operation)) !== undefined) continue;
      const samples = await samplesOf(operation);
      reports.push({ envelope: example.name, kind: operation.kind, samples });
    }
  }
  return reports;
}

/** Bytes of one operation, several times over, less what the reading itself takes. */
async function samplesOf(operation: Operation): Promise<number[]> {
  for (let i = 0; i < warmUp; i++) await operation.run();
  const samples: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const own = await bytesOf(nothing);
    samples.push((await bytesOf(operation)) - own);
  }
  return samples;
}

const nothing: Pick<Operation, 'run'> = { run: () => ({ kind: undefined }) };

async function bytesOf({ run }: Pick<Operation, 'run'>): Promise<number> {
  const before = getHeapStatistics().used_heap_size;
  const answer = run();
  if (answer instanceof Promise) await answer;
  return getHeapStatistics().used_heap_size - before;
}
