/**
 * The interface behind every plug-in: hello, open, deliver, decision, close.
 *
 * @module
 */
import type { Decision } from '../device/decision.ts';
import type { Delivery, DeliveryEvent, Extra, Level } from '../device/delivery.ts';
import type { Recipient } from '../device/recipient.ts';

/** What a verifier says of itself. What is not claimed is skipped, never guessed. */
export interface Claims {
  readonly name: string;
  readonly version: string;
  /** Revisions of draft-ietf-suit-manifest it follows, for example ["37"]. */
  readonly revisions: readonly string[];
  readonly levels: readonly Level[];
  readonly events: readonly DeliveryEvent[];
  /** Command and parameter codes it implements. */
  readonly commands: readonly number[];
  readonly parameters: readonly number[];
  /** COSE algorithm ids of authentication, and of digests. */
  readonly algorithms: readonly number[];
  readonly digests: readonly number[];
  readonly structures: readonly ('sign1' | 'mac0' | 'sign' | 'mac')[];
  readonly extensions: readonly string[];
  /** What of a delivery it honours beyond envelope and payloads; absent: nothing. */
  readonly extras?: readonly Extra[];
  /** Which parts of a decision it fills in; only these are judged. */
  readonly reports: readonly ('stage' | 'reason' | 'sequence' | 'components' | 'effects' | 'cost')[];
  /** A session keeps its state from one delivery to the next. */
  readonly keepsState: boolean;
}

/** One recipient's life, from a fresh state: deliveries are answered in order. */
export interface Session {
  deliver(delivery: Delivery): Decision | Promise<Decision>;
  close?(): void | Promise<void>;
}

export interface Verifier {
  hello(): Claims | Promise<Claims>;
  open(recipient: Recipient): Session | Promise<Session>;
}
