// Puts your verifier on the bench: gauntlet.config.mjs names this file. docs/harness-protocol.md has every field.
// It refuses everything until decide() asks your verifier; "gauntlet doctor mine" says what to do next.

const claims = {
  name: 'mine',
  version: '0.1',
  revisions: ['37'],
  levels: ['authenticated', 'applicable'], // add 'installed' and 'invoked' as far as you go
  events: ['update'], // and 'boot'
  commands: [1, 2, 3, 12, 20, 21], // SUIT command codes that you implement
  parameters: [1, 2, 3, 14, 21],
  algorithms: [-7], // ES256; -8: EdDSA, -9: ESP256, -19: Ed25519
  digests: [-16], // SHA-256
  structures: ['sign1'],
  extensions: [],
  reports: ['stage', 'reason'], // and 'sequence', 'components', 'effects' once you report them
  keepsState: false,
};

/** recipient: keys, ids, components, installed sequence number. delivery: event, envelope (Uint8Array), payloads. */
function decide(recipient, delivery) {
  if (delivery.envelope === undefined)
    return { kind: 'rejected', stage: 'procedure', reason: 'state-conflict' };
  if (recipient.anchors.length === 0)
    return { kind: 'rejected', stage: 'authenticate', reason: 'key-unknown' };
  // Call your verifier here, and return { kind: 'accepted', level: 'applicable' } where it accepts.
  return {
    kind: 'rejected',
    stage: 'authenticate',
    reason: 'cose-unsupported',
    detail: 'nothing is verified yet',
  };
}

export const verifier = {
  hello: () => claims,
  open: (recipient) => ({ deliver: (delivery) => decide(recipient, delivery) }),
};
