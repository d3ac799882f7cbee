/**
 * How the JavaScript engine is set for the bench's own processes.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8';

/**
 * Functions are optimised only after several times as much work as V8 waits for by itself. A run calls thousands of
 * functions a little each, a different set for every attack, and to optimise them took a quarter of a short run's CPU
 * time; those that a long run lives on are reached all the same. Threads of the process are set too; to be called
 * before they start.
 */
export function optimizeLater(): void {
  // Bytes of bytecode executed; V8's own value is 67,584.
  setFlagsFromString('--interrupt-budget=500000');
}
