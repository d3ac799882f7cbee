//! Authentication (draft §6.2, §8.3; RFC 9052): COSE_Sign1 over the detached SUIT_Digest, by OpenSSL.
use crate::cbor::*;
use crate::shim::{refuse, Anchor, Checked, Device, Key, Policy, Refusal};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey};
use openssl::sha::sha256;
use openssl::sign::Verifier;
use std::collections::{HashMap, HashSet};

const ALG: u64 = 1;
const CRIT: u64 = 2;
const KID: u64 = 4;
const MAX_BLOCKS: usize = 8;

pub const SHA_256: i64 = -16;

/// Why a block authenticates nothing; other blocks may. The furthest that a key got is the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Failure {
    KeyUnknown,
    AlgDisallowed,
    KeyUsage,
    SigInvalid,
    AlgUnsupported,
    CoseUnsupported,
}

impl Failure {
    fn reason(self) -> &'static str {
        match self {
            Failure::KeyUnknown => "key-unknown",
            Failure::AlgDisallowed => "alg-disallowed",
            Failure::KeyUsage => "key-usage",
            Failure::SigInvalid => "sig-invalid",
            Failure::AlgUnsupported => "alg-unsupported",
            Failure::CoseUnsupported => "cose-unsupported",
        }
    }
}

/// Algorithm and value of a SUIT_Digest (draft §10).
pub fn digest_value<'a>(item: &Item<'a>) -> Checked<(i64, &'a [u8])> {
    let parts = &item.expect(ARRAY, "digest", "digest-malformed")?.items;
    if parts.len() < 2 || parts[0].major > NINT {
        return refuse("digest", "digest-malformed");
    }
    let algorithm = match parts[0].int() {
        Some(code) if i32::try_from(code).is_ok() => code,
        _ => return refuse("digest", "digest-alg-unsupported"),
    };
    let value = parts[1].expect(BSTR, "digest", "digest-malformed")?.content;
    let length = match algorithm {
        -16 | -18 => 32,
        -43 => 48,
        -44 | -45 => 64,
        _ => value.len(),
    };
    if value.len() == length {
        Ok((algorithm, value))
    } else {
        refuse("digest", "digest-malformed")
    }
}

pub fn check_digest(
    device: &Device,
    item: &Item,
    data: &[u8],
    stage: &'static str,
    reason: &'static str,
) -> Checked<()> {
    let (algorithm, value) = digest_value(item)?;
    if algorithm != SHA_256 || !device.digests.contains(&algorithm) {
        return refuse("digest", "digest-alg-unsupported");
    }
    if sha256(data) == *value {
        Ok(())
    } else {
        refuse(stage, reason)
    }
}

/// The SUIT_Digest that was signed, not yet compared with anything.
pub fn authenticate<'a>(device: &Device, wrapper: &Item<'a>) -> Checked<Item<'a>> {
    let list = wrapper.inside("authenticate", "auth-malformed")?;
    let (first, blocks) = match list.expect(ARRAY, "authenticate", "auth-malformed")?.items.split_first() {
        Some(parts) => parts,
        None => return refuse("authenticate", "auth-malformed"),
    };
    let payload = first.expect(BSTR, "authenticate", "auth-malformed")?.content;
    let mut seen = HashSet::new();
    for block in blocks {
        if !seen.insert(block.expect(BSTR, "authenticate", "auth-malformed")?.content) {
            return refuse("authenticate", "auth-malformed");
        }
    }
    if blocks.is_empty() {
        return refuse("authenticate", "auth-missing");
    }
    if blocks.len() > MAX_BLOCKS {
        return refuse("resource", "limit-count");
    }
    let mut by = vec![false; device.anchors.len()];
    let mut failure = None;
    for block in blocks {
        if let Err(why) = check_block(device, block.content, payload, &mut by)? {
            failure = failure.or(Some(why));
        }
    }
    if !by.contains(&true) {
        return refuse("authenticate", failure.unwrap_or(Failure::KeyUnknown).reason());
    }
    if !authorized(device, &by) {
        return refuse("authenticate", "threshold-unmet");
    }
    decode(payload)
}

fn check_block(device: &Device, content: &[u8], payload: &[u8], by: &mut [bool]) -> Checked<Result<(), Failure>> {
    let item = decode(content)?;
    if item.major != TAG || item.number != 18 {
        return Ok(Err(Failure::CoseUnsupported));
    }
    let parts = &item.items[0].expect(ARRAY, "authenticate", "auth-malformed")?.items;
    if parts.len() != 4 || !parts[2].is_null() {
        return refuse("authenticate", "auth-malformed");
    }
    let protected = parts[0].expect(BSTR, "authenticate", "auth-malformed")?.content;
    let signature = parts[3].expect(BSTR, "authenticate", "auth-malformed")?.content;
    let safe = if protected.is_empty() {
        HashMap::new()
    } else {
        // One that is no map is malformed, whatever is wrong with it.
        let header = decode(protected).map_err(|_| Refusal { stage: "authenticate", reason: "auth-malformed" })?;
        labels(&header)?
    };
    let open = labels(&parts[1])?;
    if !understood(&safe, &open) {
        return Ok(Err(Failure::CoseUnsupported));
    }
    let algorithm = match safe.get(&ALG) {
        Some(alg) => alg.int().unwrap_or(0),
        None => return Ok(Err(Failure::AlgDisallowed)),
    };
    if curve_of(algorithm).is_none() {
        return Ok(Err(Failure::AlgUnsupported));
    }
    let kid = match safe.get(&KID).or_else(|| open.get(&KID)) {
        Some(kid) => Some(kid.expect(BSTR, "authenticate", "auth-malformed")?.content),
        None => None,
    };
    Ok(try_anchors(device, algorithm, kid, &to_be_signed(protected, payload), signature, by))
}

/// Values of the labels that count.
fn labels<'a>(item: &Item<'a>) -> Checked<HashMap<u64, Item<'a>>> {
    let (mut found, mut seen) = (HashMap::new(), HashSet::new());
    for (key, value) in item.expect(MAP, "authenticate", "auth-malformed")?.pairs() {
        if ![UINT, NINT, TSTR].contains(&key.major) {
            return refuse("authenticate", "auth-malformed");
        }
        // RFC 9052 §3: labels are unique, however they are encoded.
        if !seen.insert((key.major, key.number, key.content)) {
            return refuse("decode", "cbor-invalid");
        }
        if key.major == UINT && [ALG, CRIT, KID].contains(&key.number) {
            found.insert(key.number, value.clone());
        }
    }
    Ok(found)
}

/// What is marked critical must be understood: here that is alg and kid (RFC 9052 §3.1).
fn understood(safe: &HashMap<u64, Item>, open: &HashMap<u64, Item>) -> bool {
    let twice = [ALG, KID].iter().any(|label| safe.contains_key(label) && open.contains_key(label));
    if twice || open.contains_key(&CRIT) {
        return false;
    }
    safe.get(&CRIT).map_or(true, |critical| {
        let known =
            |one: &Item| one.major == UINT && [ALG, KID].contains(&one.number) && safe.contains_key(&one.number);
        critical.major == ARRAY && !critical.items.is_empty() && critical.items.iter().all(known)
    })
}

/// Sig_structure of RFC 9052 §4.4.
fn to_be_signed(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let protected = if protected == [0xa0] { &[] } else { protected };
    let mut message = vec![ARRAY << 5 | 4];
    put_string(&mut message, TSTR, b"Signature1");
    for part in [protected, &[], payload] {
        put_string(&mut message, BSTR, part);
    }
    message
}

fn put_string(to: &mut Vec<u8>, major: u8, content: &[u8]) {
    let size = content.len();
    match size {
        0..=23 => to.push(major << 5 | size as u8),
        24..=0xff => to.extend([major << 5 | 24, size as u8]),
        0x100..=0xffff => {
            to.push(major << 5 | 25);
            to.extend((size as u16).to_be_bytes());
        }
        _ => {
            to.push(major << 5 | 26);
            to.extend((size as u32).to_be_bytes());
        }
    }
    to.extend(content);
}

fn curve_of(algorithm: i64) -> Option<&'static str> {
    match algorithm {
        -7 | -9 => Some("P-256"),
        -8 | -19 => Some("Ed25519"),
        _ => None,
    }
}

fn entitled(device: &Device, anchor: &Anchor) -> bool {
    anchor.roles.iter().any(|role| match &device.policy {
        Policy::Any => role == "author",
        Policy::Roles(roles) => roles.contains(role),
        _ => role == "author" || role == "qualifier",
    })
}

fn objection(device: &Device, anchor: &Anchor, algorithm: i64) -> Option<Failure> {
    let key = &anchor.key;
    if !entitled(device, anchor) {
        return Some(Failure::KeyUnknown);
    }
    if !anchor.algorithms.contains(&algorithm) {
        return Some(Failure::AlgDisallowed);
    }
    let fits = Some(key.curve.as_str()) == curve_of(algorithm)
        && key.alg.map_or(true, |alg| alg == algorithm)
        && key.ops.as_ref().map_or(true, |ops| ops.contains(&2));
    if fits {
        None
    } else {
        Some(Failure::KeyUsage)
    }
}

/// A kid is a hint, and any key may fit. Notes who signed.
fn try_anchors(
    device: &Device,
    algorithm: i64,
    kid: Option<&[u8]>,
    message: &[u8],
    signature: &[u8],
    by: &mut [bool],
) -> Result<(), Failure> {
    let (mut best, mut verified) = (Failure::KeyUnknown, false);
    for (anchor, signed) in device.anchors.iter().zip(by) {
        match objection(device, anchor, algorithm) {
            None if verifies(&anchor.key, message, signature).unwrap_or(false) => {
                *signed = true;
                verified = true;
            }
            failure => best = best.max(failure.unwrap_or(Failure::SigInvalid)),
        }
    }
    let known = kid.is_none() || device.anchors.iter().any(|anchor| anchor.kid.as_deref() == kid);
    if verified {
        Ok(())
    } else if best == Failure::SigInvalid && !known {
        Err(Failure::KeyUnknown)
    } else {
        Err(best)
    }
}

/// An error where the key is none.
fn verifies(key: &Key, message: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    if signature.len() != 64 || key.x.len() != 32 {
        return Ok(false);
    }
    if key.curve == "Ed25519" {
        let public = PKey::public_key_from_raw_bytes(&key.x, Id::ED25519)?;
        return Verifier::new_without_digest(&public)?.verify_oneshot(signature, message);
    }
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let (x, y) = (BigNum::from_slice(&key.x)?, BigNum::from_slice(&key.y)?);
    let public = EcKey::from_public_key_affine_coordinates(&group, &x, &y)?;
    if !public.public_key().is_on_curve(&group, &mut *BigNumContext::new()?)? {
        return Ok(false);
    }
    let (r, s) = signature.split_at(32);
    EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.verify(&sha256(message), &public)
}

/// Are those that signed all that the device's policy wants? A key counts once.
fn authorized(device: &Device, by: &[bool]) -> bool {
    let signers: Vec<&Anchor> =
        device.anchors.iter().zip(by).filter(|(_, signed)| **signed).map(|(one, _)| one).collect();
    let keys: HashSet<(&str, &[u8])> =
        signers.iter().map(|one| (one.key.curve.as_str(), one.key.x.as_slice())).collect();
    match &device.policy {
        Policy::Any => !keys.is_empty(),
        Policy::AtLeast(count) => keys.len() as u64 >= (*count).max(1),
        Policy::Roles(roles) => roles.iter().all(|role| signers.iter().any(|one| one.roles.contains(role))),
        Policy::All => device.anchors.iter().zip(by).all(|(one, signed)| *signed || !entitled(device, one)),
    }
}
