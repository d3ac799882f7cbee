/**
 * The bounded verifier and the reference are two implementations that share no rule: where they disagree, one is wrong or
 * the draft leaves it open.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyAttack } from '../../attacks/attack.ts';
import { catalogue } from '../../attacks/catalogue.ts';
import { array, bstr, type Item, int, map, nil, wrapped } from '../../cbor/item.ts';
import { makeBlock, type Signer, signerOf } from '../../cose/blocks.ts';
import { authorEd25519, authorHmac, authorHss, authorKek } from '../../cose/test-keys.ts';
import type { Decision } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import { differences } from '../../device/state.ts';
import { type Case, drawCase } from '../../harness/case.ts';
import { unclaimed, unclaimedExtras } from '../../harness/claims-fit.ts';
import type { Run } from '../../scenarios/scenario.ts';
import { encode, release, signedBytes } from '../../suit/parts.ts';
import { referenceVerifier } from '../reference/reference.ts';
import type { Verifier } from '../verifier.ts';
import { boundedVerifier } from './bounded.ts';
import { claims } from './claims.ts';
import { anchorOf, recipient as bare, manifest } from './fixtures/device.ts';
import { arbitraryProgram, integrated, programPayloads, programRecipient } from './fixtures/programs.ts';

/** Attacks on which the two part, and why; only where the draft asks for neither answer. */
const partings: Readonly<Record<string, string>> = {
  'comp.unsupported': 'a component that is listed and never used: bounded refuses the list',
  'digest.array.extra':
    'more elements in a SUIT_Digest, which the CDDL leaves open: bounded passes them over',
  'downgrade.old-draft': 'members of earlier drafts: bounded refuses every key that it does not know',
  'env.key.unknown': 'unknown key of the envelope: bounded refuses it',
  'env.key.unknown-manifest': 'unknown key of the manifest: bounded refuses it',
  'index.array.form': 'an index twice in an array: bounded runs each command twice on that component',
  'res.text.huge':
    'texts beyond the step limit, and language tags that are none: bounded stops at the one and does not read the other',
  'enc.nondet': 'lengths that are not known beforehand: bounded refuses them',
};

const answer = (decision: Decision): string =>
  decision.kind === 'accepted' ? decision.level : decision.kind;

interface Answered {
  readonly run: Run;
  readonly answers: readonly Decision[];
}

/** The controls and attacked runs of a case, each with what the reference answers. */
interface Expected {
  readonly attack: AnyAttack;
  readonly isOpen: boolean;
  readonly runs: readonly Answered[];
}

let made: Promise<readonly Expected[]> | undefined;

/** Made once in a process: a run of mutants asks again and again. */
function expectedCases(): Promise<readonly Expected[]> {
  const cases = () =>
    catalogue.flatMap((attack) => {
      const rounds = attack.id in partings ? 24 : 2;
      return Array.from({ length: rounds }, (_, round) => drawCase(attack, round, 7));
    });
  made ??= Promise.all(
    cases().flatMap((drawn) =>
      drawn.kind !== 'inapplicable' && isClaimed(drawn) ? [withAnswers(drawn)] : [],
    ),
  );
  return made;
}

async function withAnswers({ attack, expect: { strength }, control, attacked }: Case): Promise<Expected> {
  const runs: Answered[] = [];
  for (const run of [control, attacked])
    runs.push({ run, answers: await answersOf(referenceVerifier(), run) });
  return { attack, isOpen: strength === 'policy' || strength === 'should-reject', runs };
}

async function answersOf(verifier: Verifier, { recipient, steps }: Run): Promise<readonly Decision[]> {
  const session = await verifier.open(recipient);
  const answers: Decision[] = [];
  for (const { delivery } of steps) answers.push(await session.deliver(delivery));
  return answers;
}

/** How the two answer each delivery of a run, up to the first on which they part. */
async function compare({ run, answers: wanted }: Answered) {
  const session = await boundedVerifier().open(run.recipient);
  const answers: { reference: string; bounded: string; different: readonly string[] }[] = [];
  for (const [i, { delivery }] of run.steps.entries()) {
    const [reference, bounded] = [wanted[i]!, await session.deliver(delivery)];
    const different = differences(reference.state!.full!, bounded.state!.full!);
    answers.push({ reference: answer(reference), bounded: answer(bounded), different });
    if (answer(reference) !== answer(bounded)) break;
  }
  return answers;
}

/** What bounded does not claim is not for it. */
function isClaimed({ needs, control, attacked }: Case): boolean {
  return unclaimed(claims, needs).length === 0 && unclaimedExtras(claims, [control, attacked]).length === 0;
}

describe('bounded and reference', () => {
  it('agree on every attack and its control, but for what is listed', async () => {
    const parted = new Set<string>();
    let delivered = 0;
    for (const { attack, isOpen, runs } of await expectedCases()) {
      const { id } = attack;
      for (const run of runs) {
        for (const { reference, bounded, different } of await compare(run)) {
          delivered += 1;
          if (reference === bounded) expect([id, different]).toEqual([id, []]);
          else if (isOpen) parted.add(id);
          else expect([id, bounded]).toEqual([id, reference]);
        }
      }
    }
    // A parting that is new is explained above, one that is no more is taken off.
    expect([...parted].toSorted()).toEqual(Object.keys(partings).toSorted());
    expect(delivered).toBeGreaterThan(500);
  });

  it('take random command sequences through the same effects to the same end', async () => {
    const author = signerOf(authorHmac);
    const recipient = { ...programRecipient, anchors: [anchorOf(authorHmac)] };
    const ends: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(arbitraryProgram, async (manifest) => {
        const envelope = encode(release(manifest, [author], { payloads: integrated }));
        const deliveries: readonly Delivery[] = [
          { event: 'update', envelope, payloads: programPayloads },
          { event: 'boot', envelope, payloads: programPayloads },
        ];
        const [one, two] = [
          await referenceVerifier().open(recipient),
          await boundedVerifier().open(recipient),
        ];
        for (const delivery of deliveries) {
          const [reference, bounded] = [await one.deliver(delivery), await two.deliver(delivery)];
          const seen = ({ kind, effects, state }: Decision) => ({
            kind,
            effects,
            contents: state!.full!.contents,
          });
          expect(seen(bounded)).toEqual(seen(reference));
          ends[answer(bounded)] = (ends[answer(bounded)] ?? 0) + 1;
        }
      }),
      { numRuns: 400, seed: 11 },
    );
    // Not only refusals: all three ends are met often.
    for (const end of ['installed', 'invoked', 'rejected'])
      expect([end, ends[end]! > 10]).toEqual([end, true]);
  });

  it('take the same authentication blocks, whatever of them is replaced', async () => {
    const unsigned = release(manifest(), []);
    const ends = { accepted: 0, rejected: 0 };
    for (const [what, signer, path, to] of editedBlocks()) {
      const block = replaced(makeBlock(signer, signedBytes(unsigned)), path, to);
      const envelope = encode({ ...unsigned, blocks: [block] });
      const anchors = [authorEd25519, authorHss, authorHmac].map((key) => anchorOf(key));
      const device = { ...bare, anchors: [...anchors, anchorOf(authorKek, { algorithms: [-3, 5] })] };
      const delivery: Delivery = { event: 'update', envelope, payloads: [] };
      const [one, two] = [await referenceVerifier().open(device), await boundedVerifier().open(device)];
      const [reference, bounded] = [await one.deliver(delivery), await two.deliver(delivery)];
      expect([what, path, to, bounded.kind]).toEqual([what, path, to, reference.kind]);
      ends[bounded.kind as keyof typeof ends] += 1;
    }
    expect(ends.accepted).toBeGreaterThan(20);
    expect(ends.rejected).toBeGreaterThan(200);
  });
});

const mac = { algorithm: 5, structure: 'mac' } as const;

const signers: readonly (readonly [what: string, signer: Signer])[] = [
  ['COSE_Sign1', signerOf(authorEd25519)],
  ['COSE_Sign', { ...signerOf(authorEd25519, 'unprotected'), structure: 'sign' }],
  ['COSE_Sign1 by HSS/LMS', signerOf(authorHss)],
  ['COSE_Mac0', signerOf(authorHmac)],
  ['COSE_Mac, direct', { ...signerOf(authorHmac, 'unprotected'), ...mac }],
  ['COSE_Mac, wrapped', { ...signerOf(authorKek, 'unprotected'), ...mac, wraps: true }],
];

const replacements: readonly Item[] = [
  nil,
  int(0),
  bstr(new Uint8Array(0)),
  bstr(new Uint8Array(24)),
  wrapped(map()),
  wrapped(map([int(1), int(5)])),
  wrapped(map([int(1), int(-19)])),
  map(),
  map([int(1), int(-6)]),
  map([int(1), int(-3)]),
  map([int(4), bstr(Uint8Array.of(9))]),
  array(),
];

/** Every place in the arrays of each kind of block, with everything that may stand there instead. */
function editedBlocks() {
  const places = (item: Item, path: readonly number[]): (readonly number[])[] => {
    if (item.kind === 'tag') return places(item.item, path);
    const inner = item.kind === 'array' ? item.items.flatMap((one, i) => places(one, [...path, i])) : [];
    return [path, ...inner];
  };
  return signers.flatMap(([what, signer]) =>
    places(makeBlock(signer, new Uint8Array(36)), []).flatMap((path) =>
      replacements.map((to) => [what, signer, path, to] as const),
    ),
  );
}

function replaced(item: Item, [first, ...rest]: readonly number[], to: Item): Item {
  if (item.kind === 'tag')
    return { ...item, item: replaced(item.item, first === undefined ? [] : [first, ...rest], to) };
  if (first === undefined || item.kind !== 'array') return to;
  return { ...item, items: item.items.with(first, replaced(item.items[first]!, rest, to)) };
}
