#!/usr/bin/env bash
# Builds the examples in other languages and puts each on the bench: doctor finds nothing to mend, and the catalogue
# once finds no fault. Needs a C compiler and Python; what else is not installed is named and left out, or with
# --require an error.
set -euo pipefail
cd "$(dirname "$0")/.."
require=${1:-}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gauntlet() { node dist/src/cli/main.js "$@"; }

# have WHAT COMMAND…: does the command succeed?
have() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then return 0; fi
  echo "examples: left out, $what is not installed"
  [ "$require" != --require ] || exit 1
  return 1
}

# try NAME SPEC OPTIONS…: doctor, then attacks.
config=(--config examples/command/gauntlet.config.json)
try() {
  local name=$1 spec=$2
  shift 2
  gauntlet doctor "$spec" --time 8 "${config[@]}" >"$out/$name.doctor" || { cat "$out/$name.doctor"; exit 1; }
  gauntlet run -v "$spec" --shrink 0 "${config[@]}" "$@" >"$out/$name.run" 2>&1 || { cat "$out/$name.run"; exit 1; }
  echo "examples: $name, $(grep -E '^(proven|failed|skipped)' "$out/$name.run" | tr -s ' ' | tr '\n' ' ')"
}

if have libssl-dev test -e /usr/include/openssl/evp.h; then
  make --silent -C examples/c
  try c process:examples/c/verifier --no-stored --runs 2
  # Its words cannot tell most generated recipients, so the small stored cases; of other families not even those.
  families=(malformed authentication integrity rollback replay downgrade applicability image payload)
  try command suit-verify --runs 0 --histories 0 "${families[@]/#/--only=}"
fi
if have "clang with lld" sh -c 'command -v clang && ls /usr/bin/wasm-ld*'; then
  make --silent -C examples/c wasm
  try wasm wasm:examples/c/verifier.wasm --no-stored --runs 2
fi
if have python3-cryptography /usr/bin/python3 -c 'import cryptography'; then
  try python "process:/usr/bin/python3 examples/python/verifier.py" --no-stored --runs 2
fi
if have golang-go go version; then
  (cd examples/go && GOFLAGS=-mod=mod GOCACHE="$out/go-cache" go build -o build/verifier .)
  try go process:examples/go/build/verifier --no-stored --runs 2
fi
# Left out of CI even with --require: its crates are 190 packages, 90 MB.
if require='' have "cargo with librust-openssl-dev and librust-serde-json-dev" \
  sh -c 'test -x /usr/bin/cargo && ls -d /usr/share/cargo/registry/openssl-0* /usr/share/cargo/registry/serde_json-1*'; then
  # Not another cargo or compiler that may stand before Debian's in the path.
  (cd examples/rust && PATH=/usr/bin:$PATH cargo build --quiet --release)
  try rust process:examples/rust/build/release/verifier --no-stored --runs 2
fi

# What `gauntlet init` writes builds as it says, runs, and has something to be mended.
root=$PWD
skeleton() {
  local folder="$out/$1" status=0
  gauntlet init "$folder" --language "$1" >"$out/$1.init"
  (cd "$folder" && eval "$(grep -E '^  (cc|clang) ' "$out/$1.init")" &&
    node "$root/dist/src/cli/main.js" doctor mine --time 1) >"$out/$1.doctor" || status=$?
  grep -q 'FAIL  valid example accepted' "$out/$1.doctor" || { cat "$out/$1.doctor"; exit 1; }
  [ "$status" = 1 ] || { echo "examples: doctor of the skeleton in $1 ended with status $status" >&2; exit 1; }
  echo "examples: skeleton for $1 builds and runs"
}
skeleton c
if have "clang with lld" sh -c 'command -v clang && ls /usr/bin/wasm-ld*'; then skeleton wasm; fi
