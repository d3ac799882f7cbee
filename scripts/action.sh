#!/usr/bin/env bash
# What action.yml runs: inputs from the environment, one verifier or attack a line. Exit status as `gauntlet run`,
# but for FAIL_ON=never, where findings (1) become 0; wrong usage (2) and faults of the bench (3) always fail.
set -uo pipefail
gauntlet="$(dirname "$0")/../dist/src/cli/main.js"
out="${OUT:-gauntlet-report}"
options=(--seed "${SEED:-1}" --runs "${RUNS:-10}" --out "$out")
case "${FAIL_ON:-findings}" in
  findings | never) ;;
  *) echo "fail-on is findings or never, not ${FAIL_ON}" >&2; exit 2 ;;
esac
while IFS= read -r line; do
  [ -z "$line" ] || options+=(--verifier "$line")
done <<<"${VERIFIER:-}"
while IFS= read -r line; do
  [ -z "$line" ] || options+=(--only "$line")
done <<<"${ONLY:-}"
[ -z "${BASELINE:-}" ] || options+=(--baseline "$BASELINE")
[ -z "${TIME:-}" ] || options+=(--time "$TIME")
status=0
node --enable-source-maps "$gauntlet" run "${options[@]}" || status=$?
if [ -f "$out/summary.md" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  # A step summary may have 1 MiB.
  head -c 1000000 "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
[ -z "${GITHUB_OUTPUT:-}" ] || echo "status=$status" >>"$GITHUB_OUTPUT"
if [ "$status" = 1 ] && [ "${FAIL_ON:-}" = never ]; then exit 0; fi
exit "$status"
