/**
 * The thread that a part of `gauntlet zoo` runs in: started with a `ZooPart`, it posts a `ZooMessage` for each animal
 * caught and one at the end.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ZooEntry } from '../report/zoo.ts';
import { type Caught, runZooPart, type ZooPart } from './zoo-part.ts';

export type ZooMessage =
  | ({ readonly kind: 'caught' } & Caught)
  | { readonly kind: 'done'; readonly entries: readonly ZooEntry[] };

const post = (message: ZooMessage): void => parentPort?.postMessage(message);

const entries = await runZooPart(workerData as ZooPart, (caught) => post({ kind: 'caught', ...caught }));
post({ kind: 'done', entries });
