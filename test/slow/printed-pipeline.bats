#!/usr/bin/env bats
# printed-pipeline.bats - what ktstr-export --dry-run prints does the same as the export itself, in every shell

load ../export_helper

setup() {
	small_test
}

@test "export: the printed pipeline makes the same file in every shell, with every option" {
	local options args shell directory=a\ b
	need ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -C x@example.org -f 'my key'
	mkdir "$directory" made -- '-x'
	cp t "it's"
	printf 'test c\nbinary "it'"'"'s"\n' | tr -d '"' >"$directory/other file.ktstr"
	mv "it's" "$directory"
	for shell in bash 'bash -eu' dash 'busybox sh' 'bash --posix'; do
		type -P "${shell%% *}" >/dev/null || continue
		for options in 'a' '-o|-|a' '-o|a b/x y.run|a' '-o|-x/-y.run|a' '--sign|my key|a' '--no-libs|-9|-j|1|a' \
			'--decompress|gzip -dc|a' '-f|a b/other file.ktstr|c'; do
			IFS='|' read -ra args <<<"$options"
			[[ $options != *decompress* ]] || export KTSTR_PACK=ktstr-pack
			ktstr-export -q "${args[@]}" >real.out
			find . -name '*.run*' -exec mv {} made \;
			as_printed "$shell" "${args[@]}" >printed.out
			unset KTSTR_PACK
			cmp real.out printed.out
			expect value "$(ls tmp)" ''
			expect value "$(find . -name '*.run*' ! -path './made/*' -type f | wc -l)" "$(find made -type f | wc -l)"
			while IFS= read -r file; do
				[[ $file != *.sig ]] || continue # its key is ed25519: the same, but that is not promised
				cmp "$file" "made/${file##*/}"
				expect value "$(stat -c %a "$file")" 755
			done < <(find . -name '*.run*' ! -path './made/*' -type f)
			find . -name '*.run*' -type f -delete
		done
	done
}

@test "export: the printed pipeline fails as the real one does, and leaves and replaces nothing" {
	local stage broken options real shell file before
	need ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -C x@example.org -f 'my key'
	printf '#!/bin/sh\nhead -c 10; exit 7\n' >seven
	printf '#!/bin/sh\nkill -KILL $$\n' >killed
	chmod +x seven killed
	for file in found manifest archive run text tar list; do
		echo mine >$file
	done
	echo old >a.run
	echo old >'b c.run'
	before=$(find . -type f ! -name 'separate-stderr*' -exec sha256sum {} + | sort)
	for stage in MANIFEST LIBS PACK PREAMBLE B64; do
		for broken in false true ./seven ./killed; do
			for options in '-q' '-q|-o|-' '-q|-o|b c.run' '-q|--sign|my key' '-q|--no-libs' '-q|--decompress|gzip -dc'; do
				[ "$stage $options" != 'LIBS -q|--no-libs' ] || continue
				[[ $broken == false || $options == -q || $options == '-q|-o|-' ]] || continue
				shell=bash
				[ "$options" != -q ] || ! type -P dash || shell=dash
				IFS='|' read -ra args <<<"$options"
				[[ $options != *decompress* ]] || export KTSTR_PACK=ktstr-pack
				export "KTSTR_$stage=$broken"
				run ktstr-export "${args[@]}" a
				real=$status
				run --separate-stderr as_printed "$shell" "${args[@]}" a
				unset KTSTR_PACK "KTSTR_$stage"
				[ "$status" = "$real" ] && [ "$status" != 0 ] && [ -z "$output" ] &&
					[ "$(find . -type f ! -name 'separate-stderr*' -exec sha256sum {} + | sort)" = "$before" ] || {
					echo "$stage $broken $options: real $real, printed $status: $output $stderr"
					find .
					false
				}
			done
		done
	done >&2
}

@test "export-many: the printed pipeline makes the same files, fails the same, and leaves no other" {
	local shell args real
	mkdir out
	printf '%s\n' 'binary t' 'test good' 'test refused' host-only 'test broken' 'include ./gone' 'test last' >t.ktstr
	set -f
	for args in --all 'good last' 'refused last' 'broken refused good' 'refused broken' '-o out/ *o*' 'good usb_*' \
		'-j 0 good last' 'no_such good'; do
		# shellcheck disable=SC2086
		run ktstr-export -q $args
		real=$status
		mkdir made
		find . out -maxdepth 1 -name '*.run' -exec mv {} made \;
		for shell in bash dash 'busybox sh'; do
			type -P "${shell%% *}" >/dev/null || continue
			# shellcheck disable=SC2086
			run bash -c 'ktstr-export -n "${@:2}" | $1' printed "$shell" $args
			echo "$shell: $args"
			expect status "$real"
			find made -type f | while IFS= read -r file; do
				cmp "$file" "$(find . out -maxdepth 1 -name "${file##*/}")"
			done
			expect value "$(find . out -maxdepth 1 -name '*.run*' | sort -u | wc -l)" "$(find made -type f | wc -l)"
			find . out -maxdepth 1 -name '*.run' -delete
			expect value "$(find . -maxdepth 1 -name '.*.run*')" ''
		done
		rm -r made
	done
}
