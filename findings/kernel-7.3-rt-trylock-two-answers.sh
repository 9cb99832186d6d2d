#!/usr/bin/env bash
# Linux 7.3.4: one tree gives two answers to one question.
#
# Question: on PREEMPT_RT, may a trylock of a sleeping lock be made from inside
# a section of a raw spinlock? mm/internal.h, can_spin_trylock(), says that it
# is fine. mm/slab_common.c, kvfree_call_rcu(), says that such a trylock takes
# the raw wait_lock, "which must be avoided" under a task's pi_lock, and does
# without sheaves there for that reason.
#
# And the helper, which is to say where a trylock may be made, is not asked by
# everybody who makes one: of the functions of mm/slub.c only the allocation
# asks it. Neither kfree_nolock() nor kfree_rcu_nolock() does.
#
# Looked at: Debian's linux-source-7.3, version 7.3.4. The output that was seen
# stands at the end. The script fails where a later version differs. It fetches
# 167 MB by apt into a temporary folder and installs nothing.
set -euo pipefail
wanted=7.3.4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# The archive that this machine is set up with, and a newer suite of it.
base=$(find /etc/apt -name '*.sources' -o -name '*.list' | xargs cat |
  sed -nE 's/^URIs: +([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' | sed -n 1p)
mkdir -p lists/partial cache/archives/partial
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $base trixie-backports main" > sources.list
apt=(-qq -oDir::Etc::sourcelist="$dir/sources.list" -oDir::Etc::sourceparts=/dev/null
  -oDir::State::Lists="$dir/lists" -oDir::Cache="$dir/cache" -oAPT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download linux-source-7.3
dpkg -x linux-source-7.3_*.deb unpacked
tar -xf unpacked/usr/src/linux-source-7.3.tar.* --wildcards \
  '*/Makefile' '*/mm/internal.h' '*/mm/slab_common.c' '*/mm/slub.c' --no-wildcards-match-slash ||
  tar -xf unpacked/usr/src/linux-source-7.3.tar.*
cd linux-source-7.3

version=$(sed -nE 's/^(VERSION|PATCHLEVEL|SUBLEVEL) = //p' Makefile | paste -sd.)
# The text of a function of column 0, with the comment inside it, on one line.
body() { awk -v name="$2" '$0 ~ name"\\(" && /^[a-z]/ {on = 1} on {print} on && /^}/ {on = 0}' "$1" | tr -s '\t\n *' ' '; }
asks() { body mm/slub.c "$1" | grep -c can_spin_trylock || true; }

seen="version: $version
can_spin_trylock() says that a raw section is fine: $(body mm/internal.h can_spin_trylock | grep -c 'spin_trylock() can be called from raw_spin_lock_irqsave region')
kvfree_call_rcu() says that it must be avoided: $(body mm/slab_common.c kvfree_call_rcu | grep -c 'will acquire the waitlock which must be avoided')
asked in __kmalloc_nolock_noprof(): $(asks __kmalloc_nolock_noprof)
asked in kfree_nolock(): $(asks kfree_nolock)
asked in kfree_rcu_nolock(): $(asks kfree_rcu_nolock)"
echo "$seen"
diff <(echo "$seen") - <<END
version: $wanted
can_spin_trylock() says that a raw section is fine: 1
kvfree_call_rcu() says that it must be avoided: 1
asked in __kmalloc_nolock_noprof(): 1
asked in kfree_nolock(): 0
asked in kfree_rcu_nolock(): 0
END
