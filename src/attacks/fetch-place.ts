/**
 * Attacks on where a payload comes from: the envelope or the network, and by which URI (draft §7.5, §8.4.8.10,
 * §8.4.10.4).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { tstr } from '../cbor/item.ts';
import type { Payload } from '../device/delivery.ts';
import { before } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { withParameter } from '../suit/edit.ts';
import { parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { alter, fetchedImages } from './deliver.ts';
import { mustReject } from './expectation.ts';
import { twins } from './twin.ts';

const isPayload = { group: 'L', family: 'payload', threats: [] } as const;

/** Takes a payload out of the envelope that the manifest names by a fragment. */
export const missingFragment: Attack<null> = {
  ...isPayload,
  id: 'fetch.fragment.missing',
  handle: 'L10',
  change: 'take the payload that a fragment names out of the envelope',
  by: 'outsider',
  violates: ['REQ.USE.PAYLOAD'],
  expects: [
    mustReject(['fetch-failed'], manifest('7.5'), { prohibits: [{ kind: 'fetch', of: 'fragments' }] }),
  ],
  on: { features: ['integrated', 'update'] },
  choice: fc.constant(null),
  apply(scenario) {
    const uri = scenario.images.find((image) => image.uri?.startsWith('#'))?.uri;
    if (uri === undefined) return undefined;
    const name = new TextEncoder().encode(uri);
    return alter(
      scenario,
      (parts) => {
        const members = parts.members.filter(([key]) => key.kind !== 'tstr' || !equalBytes(key.bytes, name));
        return members.length === parts.members.length ? undefined : { ...parts, members };
      },
      { event: 'update' },
    );
  },
};

/** Names a payload by a scheme that the recipient cannot fetch from; a network would answer. */
export const unknownScheme: Attack<{ scheme: string }> = {
  ...isPayload,
  id: 'fetch.uri.scheme',
  handle: 'L17',
  change: 'name a payload by a URI of a scheme that the recipient does not speak',
  by: 'author',
  violates: [],
  expects: [mustReject(['uri-rejected', 'fetch-failed'], manifest('6.1'))],
  on: { features: ['network', 'update'] },
  choice: fc.record({ scheme: fc.constantFrom('ftp', 'tftp', 'gopher', 'mqtt', 'x-vendor') }),
  apply(scenario, { scheme }) {
    const [image] = fetchedImages(scenario);
    if (image === undefined || scenario.recipient.capabilities.schemes.includes(scheme)) return undefined;
    const uri = image.uri.replace(/^[^:]*/, scheme);
    const old = new TextEncoder().encode(image.uri);
    const payloads = before(scenario, 'update')?.delivery.delivery.payloads.map(
      (payload): Payload => (payload.uri === image.uri ? { ...payload, uri } : payload),
    );
    return twins(scenario, {
      event: 'update',
      attacked: {
        release: (parts) => {
          const changed = withParameter(parts, parameterKey.uri, (value) =>
            value.kind === 'tstr' && equalBytes(value.bytes, old) ? tstr(uri) : value,
          );
          return changed === parts ? undefined : changed;
        },
        ...(payloads && { payloads }),
      },
    });
  },
};

export const fetchPlaceAttacks: readonly AnyAttack[] = [missingFragment, unknownScheme];
