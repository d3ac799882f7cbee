"""A verifier that accepts everything, for the cost of the transport alone."""
import json
import sys

CLAIMS = {"name": "null", "version": "1", "revisions": ["37"], "levels": ["authenticated"], "events": ["update", "boot"],
          "commands": [], "parameters": [], "algorithms": [-8], "digests": [-16], "structures": ["sign1"],
          "extensions": [], "reports": [], "keepsState": False}

for line in sys.stdin:
    message = json.loads(line)
    kind = message["type"]
    if kind == "open":
        continue
    if kind == "hello":
        answer = {"type": "hello", "protocol": 1, "concurrency": 16, "claims": CLAIMS}
    elif kind == "deliver":
        answer = {"type": "decision", "session": message["session"], "id": message["id"], "kind": "accepted",
                  "level": "authenticated"}
    else:
        answer = {"type": "close", "session": message["session"]}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
