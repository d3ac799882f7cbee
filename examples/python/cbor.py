"""CBOR (RFC 8949) with the bytes of every item kept; definite lengths only (draft §8.1), nesting limited."""
from gauntlet_shim import Refusal

UINT, NINT, BSTR, TSTR, ARRAY, MAP, TAG, SIMPLE = range(8)
MAX_DEPTH = 16


class Item:
    """value: an int, bytes, a str, a list of items, a list of pairs, (number, item) of a tag, or a simple number."""
    __slots__ = ("major", "value", "raw", "shortest")

    def __init__(self, major, value, raw, shortest):
        self.major, self.value, self.raw, self.shortest = major, value, raw, shortest

    def number(self):
        """Of an integer; None: it is none."""
        return self.value if self.major in (UINT, NINT) else None


def _read(data, start, depth):
    if depth > MAX_DEPTH:
        raise Refusal("resource", "limit-depth")
    if start >= len(data):
        raise Refusal("decode", "not-well-formed")
    at, major, info = start + 1, data[start] >> 5, data[start] & 31
    if info == 31 and BSTR <= major <= MAP:
        raise Refusal("decode", "non-deterministic")
    if info > 27:
        raise Refusal("decode", "not-well-formed")
    width = 0 if info < 24 else 1 << (info - 24)
    if width > len(data) - at:
        raise Refusal("decode", "not-well-formed")
    value = info if width == 0 else int.from_bytes(data[at:at + width], "big")
    at += width
    shortest = width == 0 or value >= (24, 0x100, 0x10000, 0x100000000)[info - 24]
    if major == NINT:
        value = -1 - value
    elif major in (BSTR, TSTR):
        if value > len(data) - at:
            raise Refusal("decode", "not-well-formed")
        content, at = data[at:at + value], at + value
        if major == TSTR:
            try:
                content = content.decode("utf-8")
            except UnicodeDecodeError:
                raise Refusal("decode", "cbor-invalid") from None
        value = content
    elif major in (ARRAY, MAP):
        if value > len(data) - at:
            raise Refusal("decode", "not-well-formed")
        items = []
        for _ in range(value * (major - 3)):
            item, at = _read(data, at, depth + 1)
            items.append(item)
        value = items if major == ARRAY else list(zip(items[0::2], items[1::2]))
    elif major == TAG:
        inner, at = _read(data, at, depth + 1)
        value = (value, inner)
    elif major == SIMPLE and info == 24 and value < 32:
        raise Refusal("decode", "not-well-formed")
    return Item(major, value, data[start:at], shortest), at


def decode(data):
    """The one item that the bytes are."""
    item, end = _read(data, 0, 0)
    if end != len(data):
        raise Refusal("decode", "trailing-data")
    return item


def expect(item, major, stage, reason):
    """The item's value, if it is of that kind."""
    if item.major == major:
        return item.value
    if item.major == TAG and stage != "authenticate":
        raise Refusal("envelope", "wrong-tag")
    raise Refusal(stage, reason)


def inside(item, stage, reason):
    """The item within a byte string."""
    return decode(expect(item, BSTR, stage, reason))


def in_order(keys):
    """Keys of a map: shortest form, ascending by their bytes, each once."""
    before = b""
    for key in keys:
        if not key.shortest:
            raise Refusal("decode", "non-deterministic")
        if key.raw <= before:
            raise Refusal("decode", "cbor-invalid" if key.raw == before else "non-deterministic")
        before = key.raw
