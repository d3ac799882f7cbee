/**
 * The messages of the process protocol against their published schemas.
 *
 * @module
 */
import { jsonSchema } from '../../json-schema.ts';

export type MessageType = 'hello' | 'open' | 'deliver' | 'decision' | 'close' | 'fetch' | 'storage' | 'clock';

/** Compiles what verifiers' messages are checked against, so that no damage shows up in the middle of a trial. */
export function prepareSchemas(): void {
  for (const type of ['hello', 'decision', 'close', 'fetch', 'storage', 'clock']) jsonSchema(type);
}

/** One sentence about the first thing wrong; undefined: valid. */
export function checkMessage(type: MessageType, message: unknown): string | undefined {
  return jsonSchema(type).check(message);
}

/** Fields that the protocol does not know: tolerated, so that verifiers may be newer than the bench, but counted. */
export function countUnknownFields(type: MessageType, message: object): number {
  const { properties } = jsonSchema(type);
  return Object.keys(message).filter((field) => !properties.has(field)).length;
}
