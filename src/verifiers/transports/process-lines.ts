/**
 * What the bench says to a process: the messages of docs/harness-protocol.md, one a line.
 *
 * @module
 */
import type { Delivery } from '../../device/delivery.ts';
import {
  deliveryToJson,
  type Json,
  type JsonSink,
  recipientToJson,
  recipientToText,
  writeDelivery,
} from '../../device/json.ts';
import type { Recipient } from '../../device/recipient.ts';
import { withPaths } from './large-bytes.ts';
import type { SessionFolder } from './session-folder.ts';

/** Where lines go. */
export interface LineSink extends JsonSink {
  /** Text that is UTF-8 already. */
  bytes(bytes: Uint8Array): void;
}

const protocolVersion = 1;

export class ProcessLines {
  readonly #sink: LineSink;
  /** Bytes over which a file takes the place of hexadecimal. */
  #pathsOver = Number.POSITIVE_INFINITY;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** From now on files take the place of what has more bytes. */
  putInFiles({ over }: { readonly over: number }): void {
    this.#pathsOver = over;
  }

  hello(): void {
    this.message({ type: 'hello', protocol: protocolVersion });
  }

  /** `folder`: of the session, for its files. Throws SpoiltFolder. */
  open(session: number, recipient: Recipient, folder: () => SessionFolder): void {
    if (Number.isFinite(this.#pathsOver)) {
      this.#withPaths({ type: 'open', session, recipient: recipientToJson(recipient) }, folder);
      return;
    }
    this.#sink.text(`{"type":"open","session":${session},"recipient":`);
    this.#sink.bytes(textOf(recipient));
    this.#sink.text('}\n');
  }

  /** As `open`. */
  deliver(session: number, id: number, delivery: Delivery, folder: () => SessionFolder): void {
    if (Number.isFinite(this.#pathsOver)) {
      this.#withPaths({ type: 'deliver', session, id, ...deliveryToJson(delivery) }, folder);
      return;
    }
    const head = `{"type":"deliver","session":${session},"id":${id}`;
    this.#sink.text(`${writeDelivery(delivery, this.#sink, head)}\n`);
  }

  close(session: number): void {
    this.#sink.text(`{"type":"close","session":${session}}\n`);
  }

  message(message: Json): void {
    this.#sink.text(`${JSON.stringify(message)}\n`);
  }

  #withPaths(message: Json, folder: () => SessionFolder): void {
    this.message(withPaths(message, this.#pathsOver, folder));
  }
}

const texts = new WeakMap<Recipient, Uint8Array>();

/** Its JSON in UTF-8. A control and its attacks have one recipient. */
function textOf(recipient: Recipient): Uint8Array {
  const known = texts.get(recipient);
  if (known !== undefined) return known;
  const text = Buffer.from(recipientToText(recipient));
  texts.set(recipient, text);
  return text;
}
