# files.bash - in the guest: a file that came here by a pipe or damaged, and places to unpack that are none
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# piped NAME COMMAND: a shell's command line
piped() {
	ran "$1" /bin/bash -c "$2"
}

damage() {
	local size
	size=$(stat -c %s passes.run)
	head -c $((size - 100)) passes.run >cut.run
	head -c 20000 passes.run >header.run
	{ cat passes.run; echo QUJD; } >long.run
	sed '$s/^./A/; $s/^\(.\)./\1B/' passes.run >changed.run
	sed 's/$/\r/' passes.run >crlf.run
	sed '1,/^__ARCHIVE__$/!s/$/\r/' passes.run >half.run
}

# on_tmp OPTIONS: another tmpfs for /tmp
on_tmp() {
	umount /tmp
	mount -t tmpfs -o "$1" tmpfs /tmp
}

damage
piped pipe 'cat /host/passes.run | bash -s -- --quiet'
piped stdin 'bash -s -- --quiet </host/passes.run'
for how in cut header long changed crlf half; do
	ran $how /bin/bash /host/$how.run
done
piped pipe_cut 'cat /host/cut.run | bash -s -- --quiet'

on_tmp noexec
ran noexec where
ran noexec_only where --tmpdir /tmp
on_tmp size=100k
ran small where
on_tmp size=1m
head -c 1M /dev/zero >/tmp/filler 2>/dev/null
ran full where
ran full_only passes --tmpdir /tmp
# room for bytes, none for files: at each step of the way
for inodes in 3 4 5 6 7 8 9 64; do
	on_tmp nr_inodes=$inodes
	ran inodes$inodes passes --tmpdir /tmp
done
on_tmp mode=1777
