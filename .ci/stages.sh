# What CI and the nightly run share: stages that are counted, so that one run tells all that fails. To be sourced.
passed=0
failed=0
stage() {
  echo "== $*"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "== FAILED: $*"
  fi
}

stages_end() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# Pages are tried in a browser, which comes from Debian.
browser() {
  if command -v chromium; then return; fi
  apt-get update && apt-get install -y --no-install-recommends chromium
}

# The second opinions come from Debian.
second_opinions() {
  if command -v spin && command -v gcc && command -v rumur; then return; fi
  apt-get update && apt-get install -y --no-install-recommends spin gcc libc6-dev rumur
}
