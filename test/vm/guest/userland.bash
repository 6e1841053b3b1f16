# userland.bash - in the guest: what a script finds there
# shellcheck shell=bash
for program in bash sha256sum base64 setpriv setsid tar gzip; do
	path=$(type -P $program)
	printf '%s=%s\n' $program "$(readlink -f "$path")"
done
mounts=$(awk '{ print $2 ":" $3 }' /proc/mounts)
for mount in /proc:proc /sys:sysfs /dev:devtmpfs /sys/fs/cgroup:cgroup2 /tmp:tmpfs /run:tmpfs; do
	grep -qxF $mount <<<"$mounts" && echo "$mount"
done
cat < <(echo "substitution works")
if read -r line; then echo "stdin: $line"; else echo "stdin is empty"; fi
id -u
