//! A small verifier of SUIT manifests (draft-ietf-suit-manifest-37) on the bench, with OpenSSL and serde_json.
//!
//! It authenticates COSE_Sign1 by ES256, ESP256, EdDSA or Ed25519, installs and invokes. It has no try-each,
//! run-sequence or swap, no digest but SHA-256, no protection against power cuts, and claims none of them.
mod authenticate;
mod cbor;
mod manifest;
mod procedure;
mod shim;

use manifest::{read_envelope, read_manifest, MANIFEST, WRAPPER};
use procedure::Procedure;
use serde_json::{json, Value};
use shim::{refuse, Checked, Delivery, Device};

fn decide(device: &mut Device, delivery: &Delivery, effects: &mut Vec<Value>) -> Checked<&'static str> {
    let stored = if delivery.boot { device.installed.clone() } else { None };
    let data = match delivery.envelope.clone().or(stored) {
        Some(data) => data,
        None => return refuse("procedure", "state-conflict"),
    };
    let envelope = read_envelope(&data)?;
    let digest = authenticate::authenticate(device, &envelope.members[&WRAPPER])?;
    let signed = envelope.members[&MANIFEST].raw;
    authenticate::check_digest(device, &digest, signed, "digest", "manifest-digest-mismatch")?;
    effects.push(json!({ "kind": "authenticated" }));
    let manifest = read_manifest(device, &envelope, delivery.boot)?;
    let mut procedure = Procedure::new(device, delivery, &envelope, &manifest, effects);
    procedure.run()?;
    let (contents, invoked) = (procedure.contents, procedure.invoked);
    for (component, content) in device.components.iter_mut().zip(contents) {
        component.slots[component.current] = content;
    }
    if !delivery.boot {
        effects.push(json!({ "kind": "commit", "sequenceNumber": manifest.sequence.to_string() }));
        device.sequence = Some(manifest.sequence);
        device.installed = Some(data.clone());
    }
    Ok(if invoked { "invoked" } else { "installed" })
}

fn main() -> std::io::Result<()> {
    let claims = json!({
        "name": "example in Rust", "version": "1", "revisions": ["37"],
        "levels": ["authenticated", "applicable", "installed", "invoked"], "events": ["update", "boot"],
        "commands": procedure::IMPLEMENTED, "parameters": procedure::READABLE, "algorithms": [-7, -9, -8, -19],
        "digests": [-16], "structures": ["sign1"], "extensions": [],
        "reports": ["stage", "reason", "sequence", "components", "effects"], "keepsState": true,
    });
    shim::serve(claims, decide)
}
