/**
 * The machine and runtime that a measurement was made on.
 *
 * @module
 */

import { availableParallelism, cpus, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  /** Usable by this process. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  readonly openssl: string;
}

export function thisMachine(): Machine {
  const { node, v8, openssl } = process.versions;
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: node ?? 'unknown',
    v8: v8 ?? 'unknown',
    openssl: openssl ?? 'unknown',
  };
}
