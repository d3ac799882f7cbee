/**
 * What the reference verifier reads and touches: data items, keys, storage, the network, the clock.
 *
 * A port can be replaced without touching a rule; the defaults are the bench's own.
 *
 * @module
 */
import { type ReadResult, readFirst } from '../../cbor/read.ts';
import type { Crypto } from '../../cose/crypto.ts';
import { nodeCrypto } from '../../cose/node-crypto.ts';
import type { Payload } from '../../device/delivery.ts';
import type { Clock, Recipient } from '../../device/recipient.ts';
import { followPolicies, type ReportingEngine } from './reporting.ts';
import { journalled, type Storage } from './storage.ts';

export interface Ports {
  /** Bytes to the first data item; `offset` is where the bytes stand in the whole delivery. */
  readonly read: (bytes: Uint8Array, offset: number) => ReadResult;
  /** The bytes to work on, made of a buffer that others can write to while they are processed. */
  readonly hold: (shared: Uint8Array) => Uint8Array;
  readonly crypto: Crypto;
  readonly storage: Storage;
  /** One request to the network; undefined: not found. */
  readonly fetch: (payloads: readonly Payload[], uri: string) => Payload | undefined;
  /** The reporting engine (draft §8.4.7). */
  readonly report: ReportingEngine;
  /** No command of the base draft asks for the time. */
  readonly clock: (recipient: Recipient) => Clock;
}

export const defaultPorts: Ports = {
  read: (bytes, offset) => readFirst(bytes, { offset }),
  // RFC 9124 §4.3.21: what was checked cannot change before it is used.
  hold: (shared) => new Uint8Array(shared),
  crypto: nodeCrypto,
  storage: journalled,
  fetch: (payloads, uri) => payloads.find((payload) => payload.uri === uri),
  report: followPolicies,
  clock: (recipient) => recipient.clock,
};
