# libs.bash - in the guest: programs linked with shared libraries of which none is here, with and without them packed
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# which procps brings, by way of libsystemd, and nothing here uses
rm -f /usr/lib/*/libzstd.so.1
{
	fact here "$(find / -xdev \( -name 'libelf*' -o -name 'libbpf*' -o -name 'libzstd*' -o -name 'libz.*' \) | wc -l)"
	fact getconf "$(type -P getconf)"
} >/out/host
ran libraries libraries
ran check libraries --check
ran bare bare
ran bare_alone bare_alone
ran tool tool
