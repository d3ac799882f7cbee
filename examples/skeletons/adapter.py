#!/usr/bin/env python3
"""Puts your verifier on the bench: gauntlet.config.mjs names this file. docs/harness-protocol.md has every field.

It refuses everything until decide() asks your verifier; "gauntlet doctor mine" says what to do next.
"""
from gauntlet_shim import Refusal, serve

CLAIMS = {
    "name": "mine", "version": "0.1", "revisions": ["37"],
    "levels": ["authenticated", "applicable"],  # add "installed" and "invoked" as far as you go
    "events": ["update"],  # and "boot"
    "commands": [1, 2, 3, 12, 20, 21],  # SUIT command codes that you implement
    "parameters": [1, 2, 3, 14, 21],
    "algorithms": [-7],  # ES256; -8: EdDSA, -9: ESP256, -19: Ed25519
    "digests": [-16],  # SHA-256
    "structures": ["sign1"], "extensions": [],
    "reports": ["stage", "reason"],  # and "sequence", "components", "effects" once you report them
    "keepsState": False,
}


def decide(device, delivery, effects):
    """device: keys, ids, components, installed sequence number. delivery: event, envelope (bytes), payloads."""
    # Call your verifier here, and return {"kind": "accepted", "level": "applicable"} where it accepts.
    raise Refusal("authenticate", "cose-unsupported")


serve(CLAIMS, decide)
