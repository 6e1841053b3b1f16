#!/usr/bin/env bats
# recipes.bats - the examples that run a .run by other programs: QEMU's arguments, a unit of systemd

load run_helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir tmp
	export TMPDIR=$PWD/tmp
	topology=$TOP/share/examples/qemu-topology.bash
}

# export_topology LABEL: t.run, which needs it
export_topology() {
	export_test 'exit 0'
	sed -i "s/^topology.*/topology $1/" t.ktstr
	ktstr-export -q t
}

# machine FILE.run|LABEL [MEMORY]: what QEMU says of the machine that it makes of these arguments, without a start of it
machine() {
	local arguments
	mapfile -t arguments < <("$topology" "$@")
	printf '%s\n' 'info numa' 'info hotpluggable-cpus' quit |
		timeout 60 qemu-system-x86_64 -M q35 -accel tcg "${arguments[@]}" -S -nodefaults -display none -monitor stdio 2>&1 |
		tr -d '\r' >said
	grep -c 'vcpus_count: "1"' said | sed 's/$/ CPUs/'
	sed -nE 's/.*(socket|core|thread)-id: "([0-9]+)".*/\1 \2/p' said | sort -u | cut -d ' ' -f 1 | uniq -c | sed 's/^ *//'
	sed -nE 's/^(node [0-9]+ (cpus|size).*)/\1/p' said
}

@test "recipes: qemu-topology.bash prints the topology that a .run needs, and QEMU makes such a machine" {
	export_topology 2n4l3c2t
	run -0 --separate-stderr "$topology" t.run 1000
	expect line 0 -smp
	expect line 1 24,sockets=4,cores=3,threads=2
	expect value "$output" "$("$topology" 2n4l3c2t 1000)"
	need qemu-system-x86_64
	run -0 machine t.run 1000
	expect output '24 CPUs
3 core
4 socket
2 thread
node 0 cpus: 0 1 2 3 4 5 6 7 8 9 10 11
node 0 size: 500 MB
node 1 cpus: 12 13 14 15 16 17 18 19 20 21 22 23
node 1 size: 500 MB'
}

@test "recipes: qemu-topology.bash shares all of the memory out, also where it cannot be divided" {
	need qemu-system-x86_64
	run -0 machine 3n3l1c1t
	expect output has 'node 0 size: 342 MB'
	expect output has 'node 2 size: 341 MB'
	run -0 machine 1n1l1c1t
	expect output begins '1 CPUs'
}

@test "recipes: qemu-topology.bash refuses what is no topology" {
	export_topology 1n1l1c1t
	head -c 300 t.run >cut.run
	echo 'echo nothing' >other
	for operands in '' '1n0l1c1t' '1n1l1c1t 0' '1n1l1c1t 1 2' '3n4l1c1t' nowhere.run cut.run other; do
		echo "$operands"
		# shellcheck disable=SC2086 # none, or several
		run -64 --separate-stderr "$topology" $operands
		expect output ''
		expect stderr has 'qemu-topology.bash: '
	done
}

@test "recipes: systemd takes the units of the nightly run" {
	need systemd-analyze
	cp "$TOP"/share/examples/ktstr-nightly.* .
	run -0 systemd-analyze verify ./ktstr-nightly.service ./ktstr-nightly.timer
	expect output ''
	echo 'Nonsense=1' >>ktstr-nightly.timer
	run systemd-analyze verify ./ktstr-nightly.service ./ktstr-nightly.timer
	expect output has Nonsense # so it looks
}

@test "recipes: the commands of the nightly unit run in rounds, keep one file a night, and remove old ones" {
	fake_host
	export_test 'exit 0'
	mkdir kept
	touch -d '61 days ago' kept/old.evidence.tar.gz
	touch -d '59 days ago' kept/young.evidence.tar.gz
	# systemd expands no patterns, and these have no quotes
	commands=$(sed -nE 's/^ExecStart(Pre)?=//p' "$TOP/share/examples/ktstr-nightly.service" |
		sed "s,/var/lib/ktstr-nightly,$PWD/kept,; s,/usr/local/lib/ktstr/nightly.run,$PWD/t.run,; s,--for 3600,--for 1,")
	expect value "$(wc -l <<<"$commands")" 2
	expect value "$(grep -c "$PWD" <<<"$commands")" 2
	set -f
	while IFS= read -r command; do
		# shellcheck disable=SC2086 # words, as systemd splits them
		run -0 on_host $command
	done <<<"$commands"
	set +f
	expect output has ' passed'
	expect no-file kept/old.evidence.tar.gz
	rm kept/young.evidence.tar.gz
	run -0 ktstr-results -f tsv -c test,verdict --no-heading kept
	expect line 0 $'t\tpass'
	expect value "$(find kept -name '*.evidence.tar.gz' | wc -l)" 1
	nothing_left
}
