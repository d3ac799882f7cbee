"""Authentication (draft §6.2, §8.3; RFC 9052): COSE_Sign1 over the detached SUIT_Digest, by python3-cryptography."""
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from cbor import ARRAY, BSTR, MAP, NINT, SIMPLE, TAG, TSTR, UINT, decode, expect, inside
from gauntlet_shim import Refusal

ALG, CRIT, KID = 1, 2, 4
MAX_BLOCKS = 8
CURVES = {-7: "P-256", -9: "P-256", -8: "Ed25519", -19: "Ed25519"}
# What went wrong with a key, the furthest last.
FAILURES = ["key-unknown", "alg-disallowed", "key-usage", "sig-invalid"]


class BlockFailure(Exception):
    """Why one block authenticates nothing; others may."""


def digest_value(item):
    """(algorithm, bytes) of a SUIT_Digest."""
    parts = expect(item, ARRAY, "digest", "digest-malformed")
    if len(parts) < 2 or parts[0].number() is None:
        raise Refusal("digest", "digest-malformed")
    algorithm = parts[0].number()
    if not -2**31 < algorithm < 2**31:
        raise Refusal("digest", "digest-alg-unsupported")
    value = expect(parts[1], BSTR, "digest", "digest-malformed")
    length = {-16: 32, -18: 32, -43: 48, -44: 64, -45: 64}.get(algorithm)
    if length is not None and len(value) != length:
        raise Refusal("digest", "digest-malformed")
    return algorithm, value


def check_digest(device, item, data, stage, reason):
    algorithm, value = digest_value(item)
    if algorithm != -16 or algorithm not in device["capabilities"]["digests"]:
        raise Refusal("digest", "digest-alg-unsupported")
    if hashlib.sha256(data).digest() != value:
        raise Refusal(stage, reason)


def labels(item):
    """Values of the labels that count."""
    found, seen = {}, set()
    for key, value in expect(item, MAP, "authenticate", "auth-malformed"):
        if key.major not in (UINT, NINT, TSTR):
            raise Refusal("authenticate", "auth-malformed")
        if (key.major, key.value) in seen:
            raise Refusal("decode", "cbor-invalid")
        seen.add((key.major, key.value))
        if key.major == UINT and key.value in (ALG, CRIT, KID):
            found[key.value] = value
    return found


def check_understood(safe, unsafe):
    twice = any(label in safe and label in unsafe for label in (ALG, KID))
    if twice or CRIT in unsafe:
        raise BlockFailure("cose-unsupported")
    if CRIT not in safe:
        return
    critical = safe[CRIT].value if safe[CRIT].major == ARRAY else []
    if not critical or any(one.major != UINT or one.value not in (ALG, KID) or one.value not in safe for one in critical):
        raise BlockFailure("cose-unsupported")


def head(major, size):
    if size < 24:
        return bytes([major << 5 | size])
    width = 1 if size < 0x100 else 2 if size < 0x10000 else 4
    return bytes([major << 5 | 23 + width.bit_length()]) + size.to_bytes(width, "big")


def to_be_signed(protected, payload):
    protected = b"" if protected == b"\xa0" else protected
    string = lambda data: head(BSTR, len(data)) + data
    return head(ARRAY, 4) + head(TSTR, 10) + b"Signature1" + string(protected) + string(b"") + string(payload)


def verifies(key, message, signature):
    if len(signature) != 64:
        return False
    try:
        if key["crv"] == "Ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(key["x"]).verify(signature, message)
        else:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + key["x"] + key["y"])
            pair = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            point.verify(encode_dss_signature(*pair), message, ec.ECDSA(hashes.SHA256()))
        return True
    except (InvalidSignature, ValueError):
        return False


def entitled(policy, roles):
    wanted = policy["roles"] if policy["kind"] == "roles" else ["author"] if policy["kind"] == "any" else ["author", "qualifier"]
    return any(role in wanted for role in roles)


def objection(device, anchor, algorithm):
    key = anchor["key"]
    if not entitled(device["policy"], anchor["roles"]):
        return "key-unknown"
    if algorithm not in anchor["algorithms"]:
        return "alg-disallowed"
    if key.get("crv") != CURVES[algorithm] or key.get("alg", algorithm) != algorithm or 2 not in key.get("keyOps", [2]):
        return "key-usage"
    return None


def try_anchors(device, algorithm, kid, message, signature, by):
    named = lambda anchor: kid is not None and anchor.get("kid") == kid
    best, verified = "key-unknown", False
    for i, anchor in enumerate(device["anchors"]):
        failure = objection(device, anchor, algorithm)
        if failure is None:
            if verifies(anchor["key"], message, signature):
                by.add(i)
                verified = True
                continue
            failure = "sig-invalid"
        best = max(best, failure, key=FAILURES.index)
    if not verified:
        known = kid is None or any(named(anchor) for anchor in device["anchors"])
        raise BlockFailure("key-unknown" if best == "sig-invalid" and not known else best)


def check_block(device, block, payload, by):
    item = decode(block)
    if item.major != TAG or item.value[0] != 18:
        raise BlockFailure("cose-unsupported")
    parts = expect(item.value[1], ARRAY, "authenticate", "auth-malformed")
    if len(parts) != 4 or parts[2].major != SIMPLE or parts[2].value != 22:
        raise Refusal("authenticate", "auth-malformed")
    protected = expect(parts[0], BSTR, "authenticate", "auth-malformed")
    signature = expect(parts[3], BSTR, "authenticate", "auth-malformed")
    try:
        header = decode(protected) if protected else None
    except Refusal as refusal:
        raise Refusal("authenticate", "auth-malformed") from refusal
    safe, unsafe = labels(header) if header else {}, labels(parts[1])
    check_understood(safe, unsafe)
    if ALG not in safe:
        raise BlockFailure("alg-disallowed")
    algorithm = safe[ALG].number()
    if algorithm not in CURVES:
        raise BlockFailure("alg-unsupported")
    kid = safe.get(KID, unsafe.get(KID))
    kid = None if kid is None else expect(kid, BSTR, "authenticate", "auth-malformed")
    try_anchors(device, algorithm, kid, to_be_signed(protected, payload), signature, by)


def authorized(device, by):
    """Are those that signed all that the policy wants? A key counts once."""
    policy, anchors = device["policy"], device["anchors"]
    if policy["kind"] == "roles":
        return all(any(role in anchors[i]["roles"] for i in by) for role in policy["roles"])
    if policy["kind"] == "all":
        wanted = {i for i, anchor in enumerate(anchors) if entitled(policy, anchor["roles"])}
        return bool(wanted) and wanted <= by
    keys = {(anchors[i]["key"]["crv"], anchors[i]["key"]["x"]) for i in by}
    return len(keys) >= max(1, policy.get("count", 1))


def authenticate(device, wrapper):
    """Returns the SUIT_Digest that was signed, not yet compared with anything."""
    parts = expect(inside(wrapper, "authenticate", "auth-malformed"), ARRAY, "authenticate", "auth-malformed")
    strings = [expect(part, BSTR, "authenticate", "auth-malformed") for part in parts]
    if not strings:
        raise Refusal("authenticate", "auth-malformed")
    digest, blocks = strings[0], strings[1:]
    if not blocks:
        raise Refusal("authenticate", "auth-missing")
    if len(blocks) > MAX_BLOCKS:
        raise Refusal("resource", "limit-count")
    if len(set(blocks)) != len(blocks):
        raise Refusal("authenticate", "auth-malformed")
    by, first = set(), None
    for block in blocks:
        try:
            check_block(device, block, digest, by)
        except BlockFailure as failure:
            first = first or failure.args[0]
    if not by:
        raise Refusal("authenticate", first)
    if not authorized(device, by):
        raise Refusal("authenticate", "threshold-unmet")
    return decode(digest)
