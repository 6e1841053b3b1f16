# helper.bash - what the VM suite's test files load: the tools, the schedulers, one boot for many tests

bats_require_minimum_version 1.5.0
# shellcheck source=test/expect.bash
. "${BASH_SOURCE[0]%/*}/../expect.bash"

VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$VM:$PATH
LC_ALL=C.UTF-8
export VM PATH LC_ALL

# prepare: what setup_file calls first: a kernel, the schedulers, the initramfs; fails with what to install
prepare() {
	local log=$BATS_FILE_TMPDIR/prepare.log failed=''
	exec 9>/tmp/ktstr-vm.lock # other files may do this at the same time
	flock 9
	prepare_all >"$log" 2>&1 || failed=1
	exec 9>&-
	if [ "$failed" ]; then
		cat "$log" >&2
		[ "${KTSTR_VM_SKIP:-}" != 1 ] || skip "$(tail -n 1 "$log")"
		echo "the VM suite cannot run here (KTSTR_VM_SKIP=1 skips it): see test/vm/README.md" >&2
		return 1
	fi
	KTSTR_VM_KERNEL=$(get-kernel)
	export KTSTR_VM_KERNEL SCHEDULERS
	# what each guest finds in /host
	mkdir "$BATS_FILE_TMPDIR/host"
	cp "$SCHEDULERS"/scx_* "$VM"/guest/*.bash "$BATS_FILE_TMPDIR/host"
	rm "$BATS_FILE_TMPDIR"/host/*.[do]
}

prepare_all() {
	check-needs && get-kernel && make-initramfs || return
	SCHEDULERS=${KTSTR_VM_BUILD:-$(cd "$VM/../.." && pwd)/build/vm}
	make -C "$VM/schedulers" O="$SCHEDULERS" LIBBPF="$(get-libbpf)"
}

# boot NAME GUEST-SCRIPT [OPTION...]: the first test that wants this boot makes it, the others read what it left in
# $boot: stdout, stderr, status, console and the files in out/. The limit is long: an emulated machine may be slow.
boot() {
	boot=$BATS_FILE_TMPDIR/boot-$1
	# shellcheck disable=SC2034 # teardown prints it
	vm_options=("${@:3}")
	mkdir -p "$boot/out"
	(
		flock 9
		[ ! -e "$boot/status" ] || exit 0
		status=0
		run-vm --files "$BATS_FILE_TMPDIR/host" --out "$boot/out" --console "$boot/console" --timeout 1800 \
			"${@:3}" "$VM/guest/$2.bash" >"$boot/stdout" 2>"$boot/stderr" 9>&- || status=$?
		echo $status >"$boot/status"
	) 9>"$boot/lock"
}

# quote_regex TEXT: a regular expression for that text
quote_regex() {
	# shellcheck disable=SC2001 # a class of characters
	sed 's/[][\\.*^$+?(){}|]/\\&/g' <<<"$1"
}

# explain: for teardown: of a test that failed, what its boot said and how to look closer
explain() {
	[ -z "${BATS_TEST_COMPLETED:-}" ] && [ -z "${BATS_TEST_SKIPPED:-}" ] && [ -n "${boot:-}" ] || return 0
	echo "the script's status: $(<"$boot/status")"
	tail -n 12 "$boot/stderr" | sed 's/^/stderr: /'
	tail -n 12 "$boot/console" | tr -d '\r' | sed 's/^/console: /'
	local host
	host=$(mktemp -d -t ktstr-vm-host.XXXXXX)
	cp -a "$BATS_FILE_TMPDIR/host/." "$host"
	printf 'alone: KTSTR_VM_KERNEL=%q bats -f %q %q\n' "$KTSTR_VM_KERNEL" "$(quote_regex "$BATS_TEST_DESCRIPTION")" \
		"$BATS_TEST_FILENAME"
	printf 'a shell in that VM, with its files in /host: %q --kernel %q --files %q %s\n' "$VM/vm-shell" "$KTSTR_VM_KERNEL" \
		"$host" "${vm_options[*]}"
}

# told FILE FACT...: each line is one of those that the guest left in FILE
told() {
	local fact
	for fact in "${@:2}"; do
		grep -qxF -- "$fact" "$boot/out/$1" || {
			echo "not told: $fact; but:"
			cat "$boot/out/$1"
			return 1
		}
	done
}
