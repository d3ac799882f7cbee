#!/usr/bin/env bash
# Packs the package, installs it in an empty directory, runs it, and compiles a typed module verifier against it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && npm pack --silent --pack-destination "$work" >/dev/null)
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ./suit-gauntlet-*.tgz typescript@6.0.3
cat > my-verifier.mts <<'TS'
import type { Claims, Decision, Delivery, Recipient, Session, Verifier } from 'suit-gauntlet';

const claims: Claims = {
  name: 'refuses-all',
  version: '1',
  revisions: ['37'],
  levels: ['authenticated'],
  events: ['update', 'boot'],
  commands: [],
  parameters: [],
  algorithms: [],
  digests: [],
  structures: [],
  extensions: [],
  reports: ['stage'],
  keepsState: false,
};

export const verifier: Verifier = {
  hello: () => claims,
  open: (_recipient: Recipient): Session => ({
    deliver: (_delivery: Delivery): Decision => ({ kind: 'rejected', stage: 'decode' }),
  }),
};
TS
npx tsc --strict --module nodenext --target es2023 --skipLibCheck my-verifier.mts
npx gauntlet run --runs 2 --verifier reference
# A verifier that claims nothing proves nothing: exit status 1, never 0.
status=0
npx gauntlet run --runs 1 --verifier module:./my-verifier.mjs >/dev/null || status=$?
[ "$status" = 1 ] || { echo "a verifier that claims nothing ended with status $status" >&2; exit 1; }
# What a new user is given: config, adapter and CI workflow, found by name. It verifies nothing yet, so doctor says 1.
npx gauntlet init plug --language module >/dev/null
status=0
(cd plug && npx gauntlet doctor mine --time 1) >plug.doctor || status=$?
[ "$status" = 1 ] && grep -q 'FAIL  valid example accepted' plug.doctor || { cat plug.doctor >&2; exit 1; }
echo "package: installed, run and compiled against"
