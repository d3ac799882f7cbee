"""Checks envelopes with cbor2, hashlib and the OpenSSL command line; called by independent-check.mjs.

Arguments: a JSON file of cases (envelope, recipient, contents; bytes as hexadecimal) and a folder to work in.
Every check is also made on altered bytes, which it must refuse. Exit status 1: something does not hold.
"""
import collections, hashlib, json, os, subprocess, sys

import cbor2

TAGS = {18: "sign1", 98: "sign", 17: "mac0", 97: "mac"}
DIGESTS = {
    -16: lambda data: hashlib.sha256(data).digest(),
    -43: lambda data: hashlib.sha384(data).digest(),
    -44: lambda data: hashlib.sha512(data).digest(),
    -18: lambda data: hashlib.shake_128(data).digest(32),
    -45: lambda data: hashlib.shake_256(data).digest(64),
}
# SubjectPublicKeyInfo up to the key's own bytes (RFC 5480, RFC 8410).
SPKI = {
    "P-256": bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
    "Ed25519": bytes.fromhex("302a300506032b6570032100"),
}
SEVERABLE = {16: "payload-fetch", 20: "install", 23: "text"}

count = collections.Counter()
problems = []
folder = sys.argv[2]


def note(case, text):
    problems.append(f"{case['family']}: {text}")


def check(case, name, holds, refuses_altered):
    count[name] += 1
    if not holds:
        note(case, f"{name} does not hold")
    if not refuses_altered:
        note(case, f"{name} holds for altered bytes too")


def path(name, data):
    where = os.path.join(folder, name)
    with open(where, "wb") as out:
        out.write(data)
    return where


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True)


def der_integer(number):
    raw = number.to_bytes((number.bit_length() // 8) + 1, "big")
    return bytes([2, len(raw)]) + raw


def verify_signature(key, message, signature):
    spki = SPKI[key["crv"]] + bytes.fromhex(key["x"]) + bytes.fromhex(key.get("y", ""))
    public = path("public.der", spki)
    data = path("message", message)
    if key["kty"] == "EC2":
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        body = der_integer(r) + der_integer(s)
        given = path("signature", bytes([0x30, len(body)]) + body)
        result = openssl("dgst", "-sha256", "-keyform", "DER", "-verify", public, "-signature", given, data)
    else:
        given = path("signature", signature)
        result = openssl("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", public, "-rawin",
                         "-in", data, "-sigfile", given)
    return result.returncode == 0


def mac_of(secret, message):
    result = openssl("dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:" + secret.hex(), "-binary",
                     path("message", message))
    return result.stdout


def unwrap(kek, wrapped):
    result = openssl("enc", "-d", "-id-aes128-wrap", "-K", kek.hex(), "-iv", "a6" * 8, "-in", path("wrapped", wrapped))
    return result.stdout if result.returncode == 0 else None


def flipped(data):
    return bytes([data[0] ^ 1]) + data[1:]


def protected_map(data):
    return cbor2.loads(data) if data else {}


def check_one(case, name, algorithm, message, authenticator, anchors):
    """By whichever anchor: one of them must verify it, and none the altered one."""
    altered = flipped(authenticator)
    if algorithm == 5:
        secrets = [bytes.fromhex(key["k"]) for key in anchors if key["kty"] == "Symmetric"]
        tags = [mac_of(secret, message) for secret in secrets]
        return check(case, name, authenticator in tags, altered not in tags)
    kty = {-7: "EC2", -9: "EC2", -8: "OKP", -19: "OKP"}[algorithm]
    keys = [key for key in anchors if key["kty"] == kty]
    holds = any(verify_signature(key, message, authenticator) for key in keys)
    refuses = not any(verify_signature(key, message, altered) for key in keys)
    refuses = refuses and not any(verify_signature(key, flipped(message), authenticator) for key in keys)
    check(case, name, holds, refuses)


def check_signature(case, structure, body, header, payload, signature, anchors):
    algorithm = protected_map(header)[1]
    name = f"{structure} with {algorithm}"
    if algorithm == -46:
        count["HSS/LMS signatures, for which no independent tool is at hand"] += 1
        return
    # RFC 9052 section 4.4: COSE_Sign1 has no header of a signer.
    if structure == "sign1":
        message = cbor2.dumps(["Signature1", header, b"", payload])
    else:
        message = cbor2.dumps(["Signature", body, header, b"", payload])
    check_one(case, name, algorithm, message, signature, anchors)


def check_mac(case, parts, payload, anchors):
    header, _, detached, tag, recipients = parts
    if len(recipients) != 1:
        return note(case, "COSE_Mac of several recipients")
    protected, headers, ciphertext = recipients[0]
    if protected != b"":
        note(case, "a recipient's protected header is not empty")
    message = cbor2.dumps(["MAC", header, b"", payload])
    if headers[1] == -6:
        return check_one(case, "mac, direct", 5, message, tag, anchors)
    keks = [bytes.fromhex(key["k"]) for key in anchors if key["kty"] == "Symmetric" and len(key["k"]) == 32]
    secrets = [secret for secret in (unwrap(kek, ciphertext) for kek in keks) if secret]
    check(case, "A128KW", len(secrets) == 1, all(unwrap(kek, flipped(ciphertext)) is None for kek in keks))
    check_one(case, "mac, A128KW", 5, message, tag, [{"kty": "Symmetric", "k": one.hex()} for one in secrets])


def check_block(case, block, payload, anchors):
    structure = TAGS.get(block.tag)
    parts = block.value
    if structure is None:
        return note(case, f"a block of tag {block.tag}")
    if parts[2] is not None:
        note(case, "the payload is not detached")
    if structure == "sign1":
        check_signature(case, structure, b"", parts[0], payload, parts[3], anchors)
    elif structure == "sign":
        for header, _, signature in parts[3]:
            check_signature(case, structure, parts[0], header, payload, signature, anchors)
    elif structure == "mac0":
        check_one(case, "mac0", 5, cbor2.dumps(["MAC0", parts[0], b"", payload]), parts[3], anchors)
    else:
        check_mac(case, parts, payload, anchors)


def check_digest(case, name, digest, data):
    algorithm, expected = digest
    make = DIGESTS[algorithm]
    check(case, f"{name} digest", make(data) == expected, make(flipped(data)) != expected)
    count[f"digests with {algorithm}"] += 1


def image_digests(sequence):
    for code, argument in zip(sequence[0::2], sequence[1::2]):
        if code == 20 and 3 in argument:
            yield cbor2.loads(argument[3])
        for branch in argument if code == 15 else [argument] if code == 32 else []:
            if branch is not None:
                yield from image_digests(cbor2.loads(branch))


def check_case(case):
    envelope = cbor2.loads(bytes.fromhex(case["envelope"]))
    if envelope.tag != 107:
        note(case, "no tag 107")
    members = envelope.value
    wrapper = cbor2.loads(members[2])
    digest = wrapper[0]
    # The digest's scope is the whole byte string, its head included.
    check_digest(case, "manifest", cbor2.loads(digest), cbor2.dumps(members[3]))
    manifest = cbor2.loads(members[3])
    for key, name in SEVERABLE.items():
        if isinstance(manifest.get(key), list) and key in members:
            check_digest(case, f"severed {name}", manifest[key], cbor2.dumps(members[key]))
    contents = [bytes.fromhex(one) for one in case["contents"]]
    contents += [value for key, value in members.items() if isinstance(key, str)]
    common = cbor2.loads(manifest[3])
    sequences = [common.get(4), *(manifest.get(key) for key in (7, 8, 9)), *(
        members.get(key) if isinstance(manifest.get(key), list) else manifest.get(key) for key in (16, 20))]
    for sequence in sequences:
        for algorithm, expected in image_digests(cbor2.loads(sequence)) if sequence else []:
            made = [DIGESTS[algorithm](one) for one in contents]
            check(case, "image digest", expected in made, flipped(expected) not in made)
            count[f"digests with {algorithm}"] += 1
    anchors = [anchor["key"] for anchor in case["recipient"]["anchors"]]
    for block in wrapper[1:]:
        check_block(case, cbor2.loads(block), digest, anchors)


with open(sys.argv[1]) as file:
    cases = json.load(file)
for case in cases:
    check_case(case)
    count["envelopes"] += 1
for name, number in sorted(count.items()):
    print(f"{number:5} {name}")
expected = ["sign1 with -7", "sign1 with -8", "sign1 with -9", "sign1 with -19", "sign with -19", "mac0", "mac, direct",
            "mac, A128KW", "A128KW", "manifest digest", "severed install digest", "image digest",
            *(f"digests with {one}" for one in DIGESTS)]
problems += [f"nothing was checked of: {name}" for name in expected if count[name] == 0]
for problem in problems:
    print("PROBLEM", problem)
print("independent check:", f"{len(problems)} problems" if problems else "all hold")
sys.exit(1 if problems else 0)
