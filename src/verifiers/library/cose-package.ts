/**
 * The reference verifier with the blocks of its authentication step verified by an npm package that others ship
 * (draft §8.3; RFC 9052 §4, §6.2).
 *
 * The wrapper, the digest and the question whose signatures are enough stay the reference's; so does what SUIT asks of
 * a block as such, a tag and a detached payload. Headers, algorithm, key and signature are the package's business.
 *
 * @module
 */
import { bstr, type Item, type Tag } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import type { CoseKey } from '../../cose/key.ts';
import { keyToJwk } from '../../cose/key-files.ts';
import type { TrustAnchor } from '../../device/recipient.ts';
import { bad, good, type Problem, type Result } from '../../suit/problem.ts';
import { authenticate, authenticationBlocks, decideAuthority } from '../reference/authenticate.ts';
import { createVerifier } from '../reference/reference.ts';
import { unwrap, type Work } from '../reference/work.ts';
import type { Claims, Verifier } from '../verifier.ts';

export interface CosePackage<Key> {
  readonly name: string;
  /** COSE algorithm ids and structures that it has. */
  readonly algorithms: readonly number[];
  readonly structures: Claims['structures'];
  /** The package's form of a key. Rejects: it cannot use this one. */
  readonly importKey: (jwk: Readonly<Record<string, unknown>>) => Promise<Key>;
  /** Does the block verify under this key, by one of these algorithms? Rejects: it will not say. */
  readonly verify: (
    block: ForeignBlock,
    payload: Uint8Array,
    key: Key,
    algorithms: readonly number[],
  ) => Promise<boolean>;
}

/** An authentication block of which no more is known than its tag and that its payload is detached. */
export interface ForeignBlock {
  readonly structure: 'sign1' | 'mac0' | 'sign';
  readonly bytes: Uint8Array;
  readonly item: Tag;
  readonly parts: readonly Item[];
}

export function packageVerifier<Key>(cose: CosePackage<Key>): Verifier {
  const keys = keyStore(cose);
  const step = async (work: Work): Promise<Problem | undefined> => {
    const blocks = authenticationBlocks(work);
    if (!blocks.ok) return blocks.problem;
    const verified: Result<TrustAnchor>[] = [];
    for (const block of blocks.value) verified.push(...(await verifyBlock(work, block, cose, keys)));
    return decideAuthority(work, verified);
  };
  const verifier = createVerifier({
    name: `library:${cose.name}`,
    steps: (steps) => steps.map((one) => (one.run === authenticate ? { ...one, run: step } : one)),
  });
  const { algorithms, structures } = cose;
  return { ...verifier, hello: async () => ({ ...(await verifier.hello()), algorithms, structures }) };
}

/** Importing a key is slow, so it is done once for as long as the `CoseKey` object lives. */
function keyStore<Key>(cose: CosePackage<Key>): (key: CoseKey) => Promise<Key> {
  const imported = new WeakMap<CoseKey, Promise<Key>>();
  return (key) => {
    const known = imported.get(key) ?? Promise.resolve(key).then(jwkOf).then(cose.importKey);
    imported.set(key, known);
    return known;
  };
}

function jwkOf(key: CoseKey): Readonly<Record<string, unknown>> {
  return keyToJwk(key, { private: key.kty === 'Symmetric' });
}

/** The anchors in the wanted role whose keys verify the block, all of a COSE_Sign; kid is a hint that is not needed. */
async function verifyBlock<Key>(
  work: Work,
  element: Item,
  cose: CosePackage<Key>,
  keys: (key: CoseKey) => Promise<Key>,
): Promise<readonly Result<TrustAnchor>[]> {
  const block = readForeignBlock(work, element, cose.structures);
  if (!block.ok) return [block];
  const { anchors, policy } = work.device.recipient;
  const verified: Result<TrustAnchor>[] = [];
  let refusal = bad('key-unknown', 'no trust anchor has the wanted role', element);
  for (const anchor of anchors) {
    if (!work.rules.entitled(anchor, policy)) continue;
    try {
      const key = await keys(anchor.key);
      const isValid = await cose.verify(block.value, work.digest.content, key, anchor.algorithms);
      if (isValid) verified.push(good(anchor));
      if (isValid && block.value.structure !== 'sign') break;
      refusal = bad('sig-invalid', `${cose.name}: not verified`, element);
    } catch (thrown) {
      const said = thrown instanceof Error ? thrown.message : String(thrown);
      refusal = bad('cose-unsupported', `${cose.name}: ${said}`, element);
    }
  }
  return verified.length > 0 ? verified : [refusal];
}

const structures = new Map<bigint, ForeignBlock['structure']>([
  [18n, 'sign1'],
  [17n, 'mac0'],
  [98n, 'sign'],
]);

function readForeignBlock(work: Work, element: Item, supported: Claims['structures']): Result<ForeignBlock> {
  const read = unwrap(work, element, 'auth-malformed', 'an authentication block');
  if (!read.ok) return read;
  const item = read.value;
  const structure = item.kind === 'tag' ? structures.get(item.tag) : undefined;
  if (item.kind !== 'tag' || element.kind !== 'bstr' || !structure || !supported.includes(structure))
    return bad('cose-unsupported', `the block is not tagged as any of ${supported.join(', ')}`, item);
  const parts = item.item.kind === 'array' ? item.item.items : [];
  const detached = work.rules.detached(parts[2]);
  return detached === true
    ? good({ structure, bytes: element.bytes, item, parts })
    : bad(detached, 'the payload is not detached', item);
}

/** The block with the payload in its place, and the same in every other byte. */
export function attached({ item, parts }: ForeignBlock, payload: Uint8Array): Uint8Array {
  if (item.item.kind !== 'array') return write(item);
  return write({ ...item, item: { ...item.item, items: parts.with(2, bstr(payload)) } });
}
