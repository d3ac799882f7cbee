"""Puts a SUIT verifier written in Python on the bench; standard library only, Python 3.9 and above.

    import gauntlet_shim

    def decide(device, delivery):
        ...                       # may change device["components"], device["sequenceNumber"], device["installed"]
        return {"kind": "accepted", "level": "installed", "effects": [...]}

    gauntlet_shim.serve(CLAIMS, decide)

Messages are those of docs/harness-protocol.md, with bytes as `bytes` and big numbers as `int`. The state after each
delivery is taken from the device, so that a decision need not have one. To refuse, raise Refusal(stage, reason).
"""
import json
import sys

_BYTES = {"kid", "x", "y", "k", "pub", "bytes", "installed", "envelope", "candidates", "arguments", "identifier",
          "vendorIds", "pens", "classIds", "deviceIds"}
_NUMBERS = {"sequenceNumber", "size", "now"}


class Refusal(Exception):
    """Arguments: stage and reason, words of docs/harness-protocol.md."""


def from_json(value, key=""):
    if isinstance(value, list):
        return [from_json(one, key) for one in value]
    if isinstance(value, dict):
        return {name: from_json(one, name) for name, one in value.items()}
    if isinstance(value, str):
        if key in _BYTES:
            return bytes.fromhex(value)
        if key in _NUMBERS:
            return int(value)
    return value


def to_json(value, key=""):
    if isinstance(value, (list, tuple)):
        return [to_json(one, key) for one in value]
    if isinstance(value, dict):
        return {name: to_json(one, name) for name, one in value.items() if one is not None}
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return str(value) if key in _NUMBERS else value


def state_of(device):
    state = {"contents": [component["slots"] for component in device["components"]]}
    for key in ("sequenceNumber", "installed"):
        if device.get(key) is not None:
            state[key] = device[key]
    return {"full": state, "sequenceNumber": device.get("sequenceNumber")}


def answer(device, delivery, decide):
    effects = []
    try:
        decision = dict(decide(device, delivery, effects))
    except Refusal as refusal:
        decision = {"kind": "rejected", "stage": refusal.args[0], "reason": refusal.args[1]}
    return {**decision, "effects": effects, "state": state_of(device)}


def serve(claims, decide):
    """Answers until stdin ends. `decide(device, delivery, effects)` adds what it does to the list of effects."""
    sessions = {}
    for line in sys.stdin:
        message = json.loads(line)
        kind, session = message["type"], message.get("session")
        if kind == "open":
            sessions[session] = from_json(message["recipient"])
            continue
        if kind == "hello":
            reply = {"type": "hello", "protocol": 1, "claims": claims}
        elif kind == "deliver":
            decision = answer(sessions[session], from_json(message), decide)
            reply = {"type": "decision", "session": session, "id": message["id"], **to_json(decision)}
        else:
            sessions.pop(session, None)
            reply = {"type": "close", "session": session}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
