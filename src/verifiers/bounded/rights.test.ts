import { describe, expect, it } from 'vitest';
import { signerOf } from '../../cose/blocks.ts';
import { secondEd25519 } from '../../cose/test-keys.ts';
import type { Right, Role } from '../../device/recipient.ts';
import { commandCode, parameterKey } from '../../suit/registry.ts';
import {
  act,
  anchorOf,
  author,
  bytes,
  component,
  deliver,
  image,
  index,
  manifest,
  recipient,
  set,
  twoComponents,
} from '../reference/fixtures/trial.ts';
import { referenceVerifier } from '../reference/reference.ts';
import { boundedVerifier } from './bounded.ts';

const second = signerOf(secondEd25519);
const here: Right = { prefix: [Uint8Array.of(0)] };
const there: Right = { prefix: [Uint8Array.of(1)] };
const pair = [component(0), component(1, [bytes(image)])];
const { imageDigest, imageSize } = parameterKey;

/** What both verifiers answer: the reason, or nothing where they accept. */
async function answers(
  of: ReturnType<typeof manifest>,
  given: Parameters<typeof recipient>[0],
  signers = [author],
) {
  const said = [];
  for (const verifier of [referenceVerifier(), boundedVerifier()]) {
    const decision = await deliver(of, { verifier, signers, recipient: recipient(given) });
    said.push(decision.kind === 'rejected' ? decision.reason : decision.kind);
  }
  return said;
}

function by(...rights: readonly Right[]) {
  return { anchors: [{ ...anchorOf(author), rights }] };
}

/** Component 1 holds the image already: it is matched, and copied into component 0. */
const copied = twoComponents({
  install: [index(0), set({ sourceComponent: 1n }), act('copy'), act('imageMatch')],
});

describe.each([
  ['a right on the component', manifest(), by(here), 'accepted'],
  ['a right on every component', manifest(), by({ prefix: [] }), 'accepted'],
  ['a right on another component', manifest(), by(there), 'acl-component'],
  ['no right', manifest(), by(), 'acl-component'],
  ['a right to another directive', manifest(), by({ ...here, commands: [commandCode.copy] }), 'acl-command'],
  ['a right to the directive', manifest(), by({ ...here, commands: [commandCode.fetch] }), 'accepted'],
  ['two rights that list it together', manifest(), by({ ...here, commands: [] }, here), 'accepted'],
  [
    'a right to few parameters',
    manifest(),
    by({ ...here, parameters: [imageDigest, imageSize] }),
    'acl-parameter',
  ],
  ['a right on the target of a copy', copied, { ...by(here), components: pair }, 'acl-component'],
  ['rights on target and source', copied, { ...by(here, there), components: pair }, 'accepted'],
  [
    'conditions alone on what is not granted',
    twoComponents({
      install: [index(0), set({ uri: 'http://example.com/image' }), act('fetch'), act('imageMatch')],
    }),
    { ...by(here), components: pair },
    'accepted',
  ],
] as const)('%s', (_, of, given, wanted) => {
  it(`is answered by ${wanted}`, async () => {
    expect(await answers(of, given)).toEqual([wanted, wanted]);
  });
});

describe('the rights of several signers', () => {
  const policy = { kind: 'at-least', count: 2 } as const;
  const signed = (role: Role) => ({
    policy,
    anchors: [
      { ...anchorOf(author), rights: [there] },
      { ...anchorOf(second, [role]), rights: [here] },
    ],
  });

  it('are those of all authors together', async () => {
    expect(await answers(manifest(), signed('author'), [author, second])).toEqual(['accepted', 'accepted']);
  });

  it('are not widened by a qualifier', async () => {
    expect(await answers(manifest(), signed('qualifier'), [author, second])).toEqual([
      'acl-component',
      'acl-component',
    ]);
  });
});
