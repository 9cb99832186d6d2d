#!/usr/bin/env bash
# Linux 7.3.4: the page allocator gives up its lists of CPUs without SMP, since
# a trylock that never fails "is not compatible with our locking scheme"
# (mm/page_alloc.c, above the macro): pcp_spin_trylock() is NULL there. The
# trylock of the zone's lock in the same file, by which a page is taken and
# given back where nobody may wait, is still made, in rmqueue_buddy() and
# free_one_page(). can_spin_trylock(), which is asked before, refuses an NMI
# only: a program for which in_nmi() is false "gets" the lock.
#
# Who models or reads the UP case from 6.18 expects lists with interrupts off.
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
tar -xf unpacked/usr/src/linux-source-7.3.tar.* linux-source-7.3/Makefile linux-source-7.3/mm
cd linux-source-7.3

version=$(sed -nE 's/^(VERSION|PATCHLEVEL|SUBLEVEL) = //p' Makefile | paste -sd.)
flat() { tr -s '\t\n *' ' ' <"$1"; }
# The text of a function whose name stands in a line of column 0.
body() { awk -v name="$2" '$0 ~ name"\\(" && /^[a-z]/ && !/;/ {on = 1} on {print} on && /^}/ {exit}' "$1"; }
count() { grep -c "$1" || true; }

seen="version: $version
not compatible, says the comment: $(flat mm/page_alloc.c | count 'never fails and thus is not compatible with our locking scheme')
the macro without SMP: $(awk '/^#else/ {on = 1} /^#endif/ {on = 0} on' mm/page_alloc.c | grep -A1 'define pcp_spin_trylock' | tail -n 1 | tr -d '\t ')
trylocks of zone->lock in rmqueue_buddy(): $(body mm/page_alloc.c rmqueue_buddy | count 'spin_trylock_irqsave(&zone->lock')
trylocks of zone->lock in free_one_page(): $(body mm/page_alloc.c ' free_one_page' | count 'spin_trylock_irqsave(&zone->lock')
without SMP can_spin_trylock() asks: $(body mm/internal.h can_spin_trylock | grep CONFIG_SMP | tr -d '\t')"
echo "$seen"
diff <(echo "$seen") - <<END
version: $wanted
not compatible, says the comment: 1
the macro without SMP: NULL
trylocks of zone->lock in rmqueue_buddy(): 1
trylocks of zone->lock in free_one_page(): 1
without SMP can_spin_trylock() asks: if (!IS_ENABLED(CONFIG_SMP) && in_nmi())
END
