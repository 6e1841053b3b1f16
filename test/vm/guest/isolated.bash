# isolated.bash - in the guest: what the .run says of isolated CPUs, and what the kernel does
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

ran isolated passes
# without the .run's checks
./scx_fifo 2>/out/isolated.log &
sleep 2
kill $! 2>/dev/null
fact attaches "$(seq_now)" >/out/attaches
