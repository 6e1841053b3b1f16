#!/usr/bin/env bats
# large.bats - files of a size that takes minutes

load ../helper

setup() {
	cd "$BATS_TEST_TMPDIR"
}

@test "pack: a file of over 8 GiB is packed whole" {
	need_fast ktstr-pack
	truncate -s 9G big || skip "no files of 9 GiB here"
	printf 'end' >>big
	echo "file big $PWD/big 0644" | ktstr-pack -t | tail -c +$((1536 + (9 << 30) + 1)) >end
	expect value "$(tr '\0' . <end)" "end$(printf '%01533d' 0 | tr 0 .)"
}
