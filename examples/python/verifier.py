#!/usr/bin/env python3
"""A small verifier of SUIT manifests (draft-ietf-suit-manifest-37) on the bench: apt-get install python3-cryptography.

Authenticates COSE_Sign1 by ES256, ESP256, EdDSA or Ed25519, installs and invokes. It has no try-each, run-sequence or
swap, no digest but SHA-256, no protection against power cuts, and claims none of them.
"""
from authenticate import CURVES, authenticate, check_digest
from gauntlet_shim import Refusal, serve
from manifest import MANIFEST, WRAPPER, Envelope, Manifest
from procedure import COMMANDS, PARAMETERS, Procedure

CLAIMS = {
    "name": "example in Python", "version": "1", "revisions": ["37"],
    "levels": ["authenticated", "applicable", "installed", "invoked"], "events": ["update", "boot"],
    "commands": sorted(COMMANDS), "parameters": sorted(PARAMETERS), "algorithms": sorted(CURVES), "digests": [-16],
    "structures": ["sign1"], "extensions": [],
    "reports": ["stage", "reason", "sequence", "components", "effects"], "keepsState": True,
}


def decide(device, delivery, effects):
    data = delivery.get("envelope") or (device.get("installed") if delivery["event"] == "boot" else None)
    if data is None:
        raise Refusal("procedure", "state-conflict")
    envelope = Envelope(data)
    digest = authenticate(device, envelope.members[WRAPPER])
    check_digest(device, digest, envelope.members[MANIFEST].raw, "digest", "manifest-digest-mismatch")
    effects.append({"kind": "authenticated"})
    manifest = Manifest(device, envelope, delivery["event"])
    procedure = Procedure(device, delivery, envelope, manifest, effects)
    procedure.run()
    for component, content in zip(device["components"], procedure.contents):
        component["slots"][component["current"]] = content
    if delivery["event"] == "update":
        device["sequenceNumber"], device["installed"] = manifest.sequence_number, data
        effects.append({"kind": "commit", "sequenceNumber": manifest.sequence_number})
    return {"kind": "accepted", "level": "invoked" if procedure.invoked else "installed"}


if __name__ == "__main__":
    serve(CLAIMS, decide)
