"""Envelope, manifest and command sequences (draft §8.2 to §8.6): read and checked as a whole before anything is run."""
from authenticate import check_digest, digest_value
from cbor import ARRAY, BSTR, MAP, NINT, SIMPLE, TAG, TSTR, UINT, decode, expect, in_order, inside
from gauntlet_shim import Refusal

WRAPPER, MANIFEST, PAYLOAD_FETCH, INSTALL, TEXT = 2, 3, 16, 20, 23
VALIDATE, LOAD, INVOKE, SHARED = 7, 8, 9, 4
CONDITIONS = {1, 2, 3, 5, 6, 14, 24}
POLICY = CONDITIONS | {18, 21, 22, 23, 31}
IN_SHARED = CONDITIONS | {12, 15, 20, 32}
TYPES = {1: "vendor", 2: "uuid", 3: "digest", 5: UINT, 12: "bool", 13: "bool", 14: UINT, 18: BSTR, 21: TSTR, 22: UINT,
         23: BSTR, 24: "uuid", 25: BSTR}


class Envelope:
    """members: by integer key; payloads: by text key."""

    def __init__(self, data):
        self.members, self.payloads = {}, {}
        item = decode(data)
        if item.major not in (TAG, MAP):
            raise Refusal("envelope", "envelope-structure")
        if item.major != TAG or item.value[0] != 107:
            raise Refusal("envelope", "wrong-tag")
        before = (0, b"")
        for key, value in expect(item.value[1], MAP, "envelope", "envelope-structure"):
            before = self._order(key, before)
            wrapper = key.major == UINT and key.value == WRAPPER
            expect(value, BSTR, *("authenticate", "auth-malformed") if wrapper else ("envelope", "envelope-structure"))
            (self.payloads if key.major == TSTR else self.members)[key.value] = value
        if WRAPPER not in self.members:
            raise Refusal("authenticate", "auth-missing")
        if MANIFEST not in self.members:
            raise Refusal("envelope", "envelope-structure")

    def _order(self, key, before):
        if key.major == TSTR:
            place = (1, (len(key.value.encode()), key.value.encode()))
            if before[0] == 1 and place <= before:
                raise Refusal(*("decode", "cbor-invalid") if place == before else ("envelope", "envelope-order"))
            return place
        if key.major == TAG:
            raise Refusal("envelope", "wrong-tag")
        if key.major not in (UINT, NINT):
            raise Refusal("decode", "type-mismatch")
        if key.value not in (WRAPPER, MANIFEST, PAYLOAD_FETCH, INSTALL, TEXT):
            raise Refusal("envelope", "unknown-envelope-key")
        if key.value in self.members:
            raise Refusal("decode", "cbor-invalid")
        if before[0] == 1 or (before[1] and key.value < before[1]):
            raise Refusal("envelope", "envelope-order")
        return (0, key.value)


def members(item, known):
    """Of a map with integer keys, and whether it has others than the known ones."""
    pairs = expect(item, MAP, "structure", "manifest-structure")
    for key, _ in pairs:
        if key.major not in (UINT, NINT):
            raise Refusal(*("envelope", "wrong-tag") if key.major == TAG else ("decode", "type-mismatch"))
    in_order(key for key, _ in pairs)
    found = {key.value: value for key, value in pairs}
    return found, not set(found) <= known


class Manifest:
    """sections: command sequences by manifest key, SHARED the shared one; each a list of (code, argument)."""

    def __init__(self, device, envelope, event):
        self.device, self.envelope = device, envelope
        known = {1, 2, 3, 4, VALIDATE, LOAD, INVOKE, PAYLOAD_FETCH, INSTALL, TEXT}
        found, unknown = members(inside(envelope.members[MANIFEST], "envelope", "envelope-structure"), known)
        self._version(found)
        self.sequence_number = self._number(found)
        if unknown:
            raise Refusal("structure", "unknown-critical-key")
        if 3 not in found:
            raise Refusal("structure", "manifest-structure")
        common, unknown = members(inside(found[3], "structure", "manifest-structure"), {2, SHARED})
        if unknown:
            raise Refusal("structure", "unknown-critical-key")
        self.components = self._components(common.get(2))
        elements = {key: self._element(found.get(key), key, event) for key in (PAYLOAD_FETCH, INSTALL, TEXT)}
        self._plain(found.get(4), elements.pop(TEXT))
        sequences = {SHARED: common.get(SHARED), **elements, **{key: found.get(key) for key in (VALIDATE, LOAD, INVOKE)}}
        self.sections = {key: self._section(item, key) for key, item in sequences.items() if item is not None}

    @staticmethod
    def _version(found):
        if 1 not in found:
            raise Refusal("version", "version-missing")
        if expect(found[1], UINT, "version", "version-unsupported") != 1:
            raise Refusal("version", "version-unsupported")

    def _number(self, found):
        if 2 not in found:
            raise Refusal("sequence", "sequence-missing")
        number = expect(found[2], UINT, "decode", "type-mismatch")
        if number < self.device.get("sequenceNumber", 0):
            raise Refusal("sequence", "sequence-rollback")
        return number

    def _components(self, item):
        """Indices into the device's list."""
        if item is None:
            return []
        listed = [identifier(one) for one in expect(item, ARRAY, "structure", "manifest-structure")]
        own = [component["identifier"] for component in self.device["components"]]
        if not listed:
            raise Refusal("structure", "manifest-structure")
        if len(listed) > len(own):
            raise Refusal("components", "component-count")
        if any(one not in own for one in listed):
            raise Refusal("components", "component-unsupported")
        indices = [own.index(one) for one in listed]
        if len(set(indices)) != len(indices):
            raise Refusal("structure", "manifest-structure")
        return indices

    def _element(self, place, key, event):
        """A severable element, where it is; None: it is not there."""
        severed = self.envelope.members.get(key)
        if place is None or place.major != ARRAY:
            if severed is not None:
                raise Refusal("severable", "severed-unlisted")
            return place
        if severed is not None:
            check_digest(self.device, place, severed.raw, "severable", "severed-mismatch")
            return severed
        digest_value(place)
        if event == "update" and key != TEXT:
            raise Refusal("severable", "severed-missing")
        return None

    def _plain(self, uri, text):
        if uri is not None:
            expect(uri, TSTR, "decode", "type-mismatch")
        if text is None:
            return
        own = [self.device["components"][i]["identifier"] for i in self.components]
        for language in texts(inside(text, "decode", "type-mismatch")):
            for key, value in pairs_of(language[1]):
                if key.major == ARRAY:
                    if identifier(key) not in own:
                        raise Refusal("structure", "manifest-structure")
                    pairs_of(value)

    def _section(self, item, key):
        if item.major == ARRAY:
            raise Refusal("structure", "manifest-structure")
        sequence = commands(inside(item, "decode", "type-mismatch"), key, 0)
        if len(self.components) > 1 and sequence and sequence[0][0] != 12:
            raise Refusal("components", "index-missing")
        return sequence


def identifier(item):
    return [expect(part, BSTR, "structure", "manifest-structure") for part in expect(item, ARRAY, "structure", "manifest-structure")]


def pairs_of(item):
    pairs = expect(item, MAP, "decode", "type-mismatch")
    in_order(key for key, _ in pairs)
    return pairs


texts = pairs_of


def malformed():
    return Refusal("commands", "command-malformed")


def commands(item, section, depth):
    """[(code, argument)] of a sequence whose form is right; what its commands need is asked when they are run."""
    if depth > 16:
        raise Refusal("resource", "limit-depth")
    items = expect(item, ARRAY, "commands", "command-malformed")
    if len(items) % 2:
        raise malformed()
    sequence = []
    for code, argument in zip(items[0::2], items[1::2]):
        if code.number() is None:
            raise Refusal("envelope", "wrong-tag") if code.major == TAG else malformed()
        known = code.value in POLICY | {12, 15, 20, 32}
        if section == SHARED and (code.value < 0 or (known and code.value not in IN_SHARED)):
            raise Refusal("commands", "command-forbidden")
        if known:
            check_argument(code.value, argument, section, depth)
        sequence.append((code.value, argument))
    return sequence


def check_argument(code, argument, section, depth):
    if code in POLICY:
        if expect(argument, UINT, "commands", "command-malformed") > 15:
            raise malformed()
    elif code == 12:
        check_index(argument)
    elif code == 20:
        check_parameters(argument, section)
    elif code == 32:
        commands(inside(argument, "commands", "command-malformed"), section, depth + 1)
    else:
        branches = expect(argument, ARRAY, "commands", "command-malformed")
        # Nil comes last, and not alone.
        is_nil = [branch.major == SIMPLE and branch.value == 22 for branch in branches]
        if not branches or any(is_nil[:-1]) or is_nil == [True]:
            raise malformed()
        for branch in branches[:-1] if is_nil[-1] else branches:
            commands(inside(branch, "commands", "command-malformed"), section, depth + 1)


def check_index(item):
    if item.major == UINT or (item.major == SIMPLE and item.value == 21):
        return
    indices = expect(item, ARRAY, "components", "index-type")
    for index in indices:
        expect(index, UINT, "components", "index-type")
    if not indices:
        raise Refusal("components", "index-type")


def check_parameters(item, section):
    pairs = expect(item, MAP, "commands", "command-malformed")
    if not pairs:
        raise malformed()
    for key, _ in pairs:
        if key.number() is None:
            raise Refusal(*("envelope", "wrong-tag") if key.major == TAG else ("parameters", "param-type"))
    in_order(key for key, _ in pairs)
    for key, value in pairs:
        if key.value < 0 and section == SHARED:
            raise Refusal("commands", "command-forbidden")
        if key.value in TYPES:
            check_type(value, TYPES[key.value])


def check_type(value, kind):
    wrong = ("parameters", "param-type")
    if kind == "bool":
        if expect(value, SIMPLE, *wrong) not in (20, 21):
            raise Refusal(*wrong)
    elif kind == "digest":
        digest_value(inside(value, *wrong))
    elif kind == "vendor" and value.major == TAG:
        if value.value[0] != 112 or not expect(value.value[1], BSTR, *wrong):
            raise Refusal(*wrong)
    elif kind in ("vendor", "uuid"):
        if len(expect(value, BSTR, *wrong)) != 16:
            raise Refusal(*wrong)
    else:
        expect(value, kind, *wrong)
