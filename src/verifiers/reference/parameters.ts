/**
 * The argument of override-parameters: keys, and values of the right type (draft §8.4.8, appendix A).
 *
 * @module
 */
import type { Item } from '../../cbor/item.ts';
import type { Parameters } from '../../suit/model.ts';
import { bad, good, type Result } from '../../suit/problem.ts';
import { type ParameterType, parameterByKey, parameterKey, suitTag } from '../../suit/registry.ts';
import { readDigest } from './digest.ts';
import { checkedMap, textOf, unwrap, type Work } from './work.ts';

/** One entry; `value` has the one member that the key stands for, `custom` for keys that the draft does not define. */
export interface Assignment {
  readonly key: number;
  readonly value: Parameters;
}

export function readParameters(work: Work, item: Item): Result<readonly Assignment[]> {
  const map = checkedMap(work, item, 'command-malformed', 'override-parameters');
  if (!map.ok) return map;
  if (map.value.entries.length === 0) return bad('command-malformed', 'no parameter to override', item);
  const assignments: Assignment[] = [];
  for (const [key, value] of map.value.entries) {
    const code = work.rules.integer(key);
    if (code === undefined) return bad('param-type', 'a parameter key is no integer', key);
    const type = parameterByKey(code)?.type;
    const read =
      type === undefined ? good(custom(Number(code), value)) : readers[type](work, Number(code), value);
    if (!read.ok) return read;
    assignments.push({ key: Number(code), value: read.value });
  }
  return good(assignments);
}

/** Draft §8.4.8.16: what a private parameter means is the recipient's own affair. */
function custom(key: number, value: Item): Parameters {
  return { custom: [[key, value]] };
}

type Reader = (work: Work, key: number, item: Item) => Result<Parameters>;

/** One arc of a relative object identifier (RFC 9090): base 128, no leading zero digit, only the last byte below 0x80. */
function isPen(bytes: Uint8Array): boolean {
  const last = bytes.at(-1);
  return (
    last !== undefined &&
    last < 0x80 &&
    bytes[0] !== 0x80 &&
    bytes.subarray(0, -1).every((byte) => byte >= 0x80)
  );
}

const readers: Readonly<Record<ParameterType, Reader>> = {
  uuid: (_work, key, item) => {
    if (item.kind !== 'bstr' || item.bytes.length !== 16) return bad('param-type', 'not a UUID', item);
    return good(key === parameterKey.classIdentifier ? { classId: item.bytes } : { deviceId: item.bytes });
  },
  vendor: (_work, _key, item) => {
    if (item.kind === 'bstr' && item.bytes.length === 16) return good({ vendorId: item.bytes });
    const pen = item.kind === 'tag' && item.tag === BigInt(suitTag.pen) ? item.item : undefined;
    if (pen?.kind !== 'bstr' || !isPen(pen.bytes)) return bad('param-type', 'neither UUID nor PEN', item);
    return good({ vendorId: { pen: pen.bytes } });
  },
  digest: (work, _key, item) => {
    const inside = unwrap(work, item, 'param-type', 'the image digest');
    if (!inside.ok) return inside;
    const digest = readDigest(work, inside.value);
    return digest.ok ? good({ imageDigest: digest.value }) : digest;
  },
  uint: (work, key, item) => {
    const value = work.rules.integer(item);
    if (value === undefined || value < 0n) return bad('param-type', 'not an unsigned integer', item);
    if (key === parameterKey.componentSlot) return good({ componentSlot: value });
    return good(key === parameterKey.imageSize ? { imageSize: value } : { sourceComponent: value });
  },
  bool: (_work, key, item) => {
    if (item.kind !== 'simple' || (item.value !== 20 && item.value !== 21))
      return bad('param-type', 'no bool', item);
    const value = item.value === 21;
    return good(key === parameterKey.strictOrder ? { strictOrder: value } : { softFailure: value });
  },
  bytes: (_work, key, item) => {
    if (item.kind !== 'bstr') return bad('param-type', 'not a byte string', item);
    if (key === parameterKey.content) return good({ content: item.bytes });
    return good(
      key === parameterKey.invokeArguments ? { invokeArguments: item.bytes } : { fetchArguments: item.bytes },
    );
  },
  text: (work, _key, item) => {
    const uri = textOf(work, item, 'the URI', 'param-type');
    return uri.ok ? good({ uri: uri.value }) : uri;
  },
};
