# busybox.bash - in the guest: runs where bash is there, and else nothing but busybox
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

fact coreutils "$(readlink -f "$(type -P cp)")" >/out/userland
ran check passes --check
ran passes passes
ran ktap passes --ktap --quiet
ran pipe /bin/bash -c 'cat /host/passes.run | bash -s -- --quiet'
sed '$s/^./A/; $s/^\(.\)./\1B/' passes.run >changed.run
ran changed /bin/bash /host/changed.run
ran detach detach

for signal in TERM KILL; do
	begin stopped_$signal works
	await working
	kill -$signal $run
	finish >/out/stopped_$signal
done
