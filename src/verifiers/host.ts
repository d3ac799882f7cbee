/**
 * A host keeps one verifier apart from the bench and turns whatever it does into outcomes.
 *
 * @module
 */
import type { DeviceProfile } from '../device/classes.ts';
import type { Delivery } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Recipient } from '../device/recipient.ts';
import type { Untold } from '../device/untold.ts';
import type { Claims } from './verifier.ts';

/** MiB; `none` for a program that reserves more than it uses, as AddressSanitizer's shadow does. */
export type MemoryLimit = number | 'none';

export interface HostOptions {
  /** Milliseconds one delivery may take before its verifier is stopped. */
  readonly deadlineMs: number;
  /** Heap or address-space limit of a child, in MiB. */
  readonly memoryMiB: MemoryLimit;
  /** The device that the verifier is to fit; absent: none in particular. */
  readonly profile?: DeviceProfile;
}

export const defaultHostOptions: HostOptions = { deadlineMs: 2_000, memoryMiB: 256 };

/** The same in bytes; infinite: nothing stops it. */
export function ceilingBytesOf({ memoryMiB }: Pick<HostOptions, 'memoryMiB'>): number {
  return memoryMiB === 'none' ? Number.POSITIVE_INFINITY : memoryMiB * 1024 * 1024;
}

/** How a verifier has fared beside its outcomes. */
export interface HostStatus {
  readonly restarts: number;
  /** Deaths that no trial repeated when it ran alone. Foreign text. */
  readonly unexplained: readonly string[];
  readonly givenUp: boolean;
  /** Of the process that lives now, its run-time system included: the most that was resident; absent: not seen. */
  readonly peakRssBytes?: number;
  /** Fields of a process' messages that the protocol does not know. */
  readonly unknownFields: number;
}

export interface Host {
  readonly spec: string;
  readonly claims: Claims;
  /** Of recipients: what makes their trials `unsupported`; absent: nothing does. */
  readonly untold?: readonly Untold[];
  /** How many trials may usefully be under way at once. */
  readonly depth: number;
  /** The device that it must fit. */
  readonly profile?: DeviceProfile;
  /** How that device's ceiling holds; absent: it is only observed. */
  readonly ceiling?: 'counted';
  /** Why its steps and bytes are not counted, though that was asked for. */
  readonly uncounted?: string;
  /**
   * Opens a fresh session and makes the deliveries in order. One outcome per delivery; shorter when the
   * verifier died: the last outcome is then the one that is no decision. Never rejects because of the
   * verifier; the next trial finds it restarted.
   */
  trial(recipient: Recipient, deliveries: readonly Delivery[]): Promise<readonly Outcome[]>;
  close(): Promise<void>;
  /** Absent: nothing can befall it. */
  status?(): HostStatus;
}
