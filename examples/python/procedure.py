"""The update and invocation procedures (draft §6.3): the shared sequence before each section, command by command."""
import hashlib
import re

from authenticate import digest_value
from cbor import ARRAY, SIMPLE, TAG, decode
from gauntlet_shim import Refusal
from manifest import CONDITIONS, INSTALL, INVOKE, LOAD, PAYLOAD_FETCH, SHARED, VALIDATE

COMMANDS = {1, 2, 3, 5, 6, 12, 14, 18, 20, 21, 22, 23, 24}
PARAMETERS = {1, 2, 3, 5, 14, 18, 21, 22, 23, 24, 25}
CONSUMES = {1: 1, 2: 2, 3: 3, 5: 5, 6: 18, 24: 24}
URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")


class Part:
    """What the procedure knows of one of the manifest's components."""

    def __init__(self, index, device):
        self.index, self.device = index, device
        self.parameters, self.checked, self.unknown, self.origin = {}, False, False, 0

    def need(self, key):
        if key not in self.parameters:
            raise Refusal("parameters", "param-missing")
        return self.parameters[key].value


class Procedure:
    """contents: what the current slots of the device's components hold."""

    def __init__(self, device, delivery, envelope, manifest, effects):
        self.device, self.delivery, self.envelope, self.manifest, self.effects = device, delivery, envelope, manifest, effects
        self.contents = [component["slots"][component["current"]] for component in device["components"]]
        self.parts = [Part(i, device["components"][i]) for i in manifest.components]
        self.held, self.fetches, self.invoked, self.section = set(), 0, False, SHARED

    def run(self):
        update = self.delivery["event"] == "update"
        wanted = [PAYLOAD_FETCH, INSTALL, VALIDATE] if update else [VALIDATE, LOAD, INVOKE]
        sections = [section for section in wanted if section in self.manifest.sections]
        for section in sections:
            self.shared()
            self.sequence(section)
        if not sections:
            self.shared()
        if any(part.unknown for part in self.parts):
            raise Refusal("procedure", "not-validated")

    def shared(self):
        if SHARED in self.manifest.sections:
            self.sequence(SHARED)
        if self.parts:
            for code, reason in ((1, "vendor-mismatch"), (2, "class-mismatch")):
                if code not in self.held:
                    raise Refusal("applicability", reason)

    def sequence(self, section):
        self.section, selected = section, self.parts[:1]
        for code, argument in self.manifest.sections[section]:
            if code not in COMMANDS or code not in self.device["capabilities"]["commands"]:
                raise Refusal("commands", "command-unsupported")
            if code == 12:
                selected = self.select(argument)
                continue
            if not self.parts:
                raise Refusal("components", "index-missing")
            for part in selected:
                self.command(code, argument, part)

    def select(self, argument):
        if argument.major == SIMPLE:
            return self.parts
        indices = [one.value for one in argument.value] if argument.major == ARRAY else [argument.value]
        if any(index >= len(self.parts) for index in indices):
            raise Refusal("components", "index-range")
        return [self.parts[index] for index in indices]

    def command(self, code, argument, part):
        if code in CONDITIONS:
            self.condition(code, part)
        elif code == 20:
            self.override(argument, part)
        else:
            {18: self.write, 21: self.fetch, 22: self.copy, 23: self.invoke}[code](part)

    def override(self, argument, part):
        for key, value in argument.value:
            if key.value not in PARAMETERS or key.value not in self.device["capabilities"]["parameters"]:
                raise Refusal("parameters", "param-unsupported")
            part.parameters[key.value] = value

    def condition(self, code, part):
        if code == 14:
            raise Refusal("commands", "abort")
        value, device = part.need(CONSUMES[code]), part.device
        if code == 1:
            pen = part.parameters[1].major == TAG
            if (value[1].value if pen else value) not in device.get("pens" if pen else "vendorIds", []):
                raise Refusal("applicability", "vendor-mismatch")
        elif code == 2 and value not in device["classIds"]:
            raise Refusal("applicability", "class-mismatch")
        elif code == 24 and value not in device["deviceIds"]:
            raise Refusal("applicability", "device-mismatch")
        elif code == 5 and value != device["current"]:
            raise Refusal("applicability", "slot-mismatch")
        elif code == 6 and self.contents[part.index].get("bytes", b"") != value:
            raise Refusal("payload", "content-mismatch")
        elif code == 3:
            self.match_image(value, part)
        self.held.add(code)
        if code in (3, 6):
            part.checked = True
            for other in self.parts:
                if other.origin == part.origin:
                    other.unknown = False

    def match_image(self, value, part):
        algorithm, digest = digest_value(decode(value))
        if algorithm != -16 or algorithm not in self.device["capabilities"]["digests"]:
            raise Refusal("digest", "digest-alg-unsupported")
        content = self.contents[part.index]
        size = part.parameters[14].value if 14 in part.parameters else None
        if content["kind"] == "empty":
            raise Refusal("payload", "image-mismatch")
        if content["kind"] == "assumed":
            if content["digest"] != {"algorithm": algorithm, "bytes": digest}:
                raise Refusal("payload", "image-mismatch")
            if size is not None and content.get("size", size) != size:
                raise Refusal("payload", "size-mismatch")
            return
        image = content["bytes"]
        if size is not None and size != len(image):
            rest = image[size:] if size < len(image) else b""
            if part.device["storage"] != "fixed" or not rest or rest.strip(b"\xff"):
                raise Refusal("payload", "size-mismatch")
            image = image[:size]
        if hashlib.sha256(image).digest() != digest:
            raise Refusal("payload", "image-mismatch")

    def store(self, part, content):
        if size_of(content) > part.device["capacity"]:
            raise Refusal("resource", "limit-size")
        self.contents[part.index] = content
        part.checked = False

    def did(self, kind, part, **more):
        self.effects.append({"kind": kind, "component": part.index, **more})

    def write(self, part):
        self.store(part, {"kind": "bytes", "bytes": part.need(18)})
        part.origin, part.unknown = 0, False
        self.did("write", part)

    def fetch(self, part):
        uri = part.need(21)
        if uri in self.envelope.payloads:
            return self.receive(part, {"kind": "bytes", "bytes": self.envelope.payloads[uri].value})
        if uri.startswith("#"):
            raise Refusal("payload", "fetch-failed")
        parsed = URI.fullmatch(uri)
        if parsed is None or parsed[1].lower() not in self.device["capabilities"]["schemes"]:
            raise Refusal("payload", "uri-rejected")
        self.did("fetch", part, uri=uri)
        for payload in self.delivery["payloads"]:
            if payload["uri"] == uri:
                return self.receive(part, {key: value for key, value in payload.items() if key != "uri"})
        raise Refusal("payload", "fetch-failed")

    def receive(self, part, content):
        limit = part.parameters[14].value if 14 in part.parameters else None
        if content["kind"] == "endless":
            if not content["bytes"]:
                raise Refusal("payload", "fetch-failed")
            raise Refusal(*("resource", "limit-size") if limit is None else ("payload", "size-mismatch"))
        if limit is not None and size_of(content) > limit:
            raise Refusal("payload", "size-mismatch")
        self.store(part, content)
        self.fetches += 1
        part.origin, part.unknown = self.fetches, 3 not in part.parameters
        self.did("write", part)

    def copy(self, part):
        index = part.need(22)
        source = self.parts[index] if index < len(self.parts) else part
        if source is part or self.contents[source.index]["kind"] == "empty":
            raise Refusal("payload", "source-missing")
        self.store(part, self.contents[source.index])
        part.origin, part.unknown = source.origin, source.unknown
        self.did("copy", part)

    def invoke(self, part):
        if self.section != INVOKE:
            raise Refusal("commands", "command-forbidden")
        if self.contents[part.index]["kind"] == "empty":
            raise Refusal("commands", "directive-failed")
        if not part.checked:
            raise Refusal("procedure", "not-validated")
        self.did("invoke", part, arguments=part.parameters[23].value if 23 in part.parameters else None)
        self.invoked = True


def size_of(content):
    return len(content["bytes"]) if content["kind"] == "bytes" else content.get("size", 0)
