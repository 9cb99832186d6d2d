#!/usr/bin/env bash
# Spin 6.5.2: "d_step sequence too long" is not about the d_step at the line
# that it names. The table behind it (dstep.c, MAXDSTEP, 2,048 entries) keeps
# where each d_step of the model goes on, and is never emptied: a model with
# more than 2,048 d_steps, each of two statements, is refused by `spin -a`.
# Where the ends are shared (options of one loop) any number is taken.
#
# Who generates Promela, one d_step for each transition of a table, meets it
# with the first table of some two thousand transitions, reads that a sequence
# is too long, and looks for one in vain. C functions (`c_code`) called from
# a few d_steps have no such bound, and compile faster.
#
# Debian 12's package spin, 6.5.2+dfsg-1, is fetched by apt into a temporary
# folder; a C preprocessor must be there (Spin runs gcc -E). The output that
# was seen stands at the end. The script fails where that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -oAPT::Sandbox::User=root download spin=6.5.2+dfsg-1
dpkg -x spin_*.deb unpacked
PATH=$dir/unpacked/usr/bin:$PATH

# A process of N labels, each with one d_step of two statements and a goto.
in_turn() {
  echo "byte x; active proctype p() {"
  for ((i = 0; i < $1; i++)); do echo "L$i: if :: d_step { x < 9 -> x = $((i % 9)) } goto L$((i + 1)) fi;"; done
  echo "L$1: skip }"
}
# One loop of N options, each with the same d_step.
in_loop() {
  echo "byte x; active proctype p() { do"
  for ((i = 0; i < $1; i++)); do echo ":: d_step { x == $((i % 9)) -> x = $(((i + 1) % 9)) }"; done
  echo "od }"
}
told() { if spin -a model.pml >out 2>&1; then echo taken; else sed -nE 's/^spin: [^,]*, Error: //p' out | head -1; fi; }

{
  spin -V
  for n in 2000 2100; do in_turn $n >model.pml; echo "$n d_steps in turn: $(told)"; done
  in_loop 2100 >model.pml; echo "2100 d_steps of one loop: $(told)"
} | tee seen
diff seen - <<'SEEN'
Spin Version 6.5.2 -- 6 December 2019
2000 d_steps in turn: taken
2100 d_steps in turn: d_step sequence too long
2100 d_steps of one loop: taken
SEEN
