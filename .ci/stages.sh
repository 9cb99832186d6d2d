# What CI and the nightly run share: stages that are counted, so that one run tells all that fails. What a failing stage
# printed last is printed again at the end, where it is found though much was printed since. To be sourced.
export CI=true # What a test needs must be there: it is not left out.
passed=0
failures=()
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT

stage() {
  echo "== $*"
  # pipefail, which who sources this has set, makes the pipe fail where the stage does.
  if "$@" 2>&1 | tee "$output/${#failures[@]}"; then
    passed=$((passed + 1))
  else
    failures+=("$*")
    echo "== FAILED: $*"
  fi
}

stages_end() {
  local i
  for i in "${!failures[@]}"; do
    echo "== FAILED: ${failures[$i]}, which said:"
    tail -n 80 "$output/$i"
  done
  echo "$passed passed, ${#failures[@]} failed"
  [ "${#failures[@]}" -eq 0 ]
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

# Real kernels are run in QEMU, which comes from Debian, and must do what was recorded of them.
kernels() {
  command -v qemu-system-x86_64 || { apt-get update && apt-get install -y --no-install-recommends qemu-system-x86; } || return
  local kernel
  for kernel in $(npm run -s conform -- list --kernels); do
    npm run -s conform -- get "$kernel" && npm run -s conform -- record "$kernel" --all --compare || return
  done
}

# Sources of kernels come from Debian; the rows that are about them must quote what is there.
trees() {
  local release tree
  for release in 7.2 7.3; do
    tree=$(.ci/kernel-source "$release") && npm run -s drift -- "$tree" || return
  done
}
