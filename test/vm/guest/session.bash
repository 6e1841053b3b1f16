#!/usr/bin/env bash
# session.bash - the README's session, where it goes on on the other host

# shellcheck disable=SC2016 # shown and run as they stand
for command in 'uname -r' './spread.run --check' './spread.run; echo "status $?"' 'dmesg | grep sched_ext | cut -c 16-'; do
	printf 'lab# %s\n' "$command"
	bash -c "$command" 2>&1
done
