# typing.bash - what tests load that type into a shell: keys go in, what is on its command line comes out

# rc_file LINE...: more lines for the shell's first file, as none of the user's is read
rc_file() {
	printf '%s\n' "PS1='$ '" "$@" >rc
}

# type_in_bash KEYS, type_in_zsh KEYS DIRECTORY: prints the command line after KEYS, where TAB completes and ^X* puts
# all that would complete there. DIRECTORY has the completions for zsh. It keeps what it found there in a file, so that its next start is faster.
type_in_bash() {
	need script
	printf '%s\n' "bind -x '\"\C-xd\": printf %s \"\$READLINE_LINE\" >typed; exit'" \
		"bind '\"\C-x*\": insert-completions'" >>rc
	type_in "$1" bash --noprofile --rcfile rc -i
}

type_in_zsh() {
	need script zsh
	cat - rc >.zshrc <<-'END'
		fpath=("$COMPLETIONS" $fpath)
		autoload -U compinit
		compinit -u -d "$BATS_FILE_TMPDIR/zcompdump"
		zstyle ':completion:*' completer _complete
		zle -C all complete-word _generic
		zstyle ':completion:all:*' completer _all_matches _complete
		zstyle ':completion:all:*' insert true
		bindkey '^X*' all
		put_down() { print -rn -- $BUFFER >typed; exit }
		zle -N put_down
		bindkey '^Xd' put_down
	END
	COMPLETIONS=$2 ZDOTDIR=$PWD type_in "$1" zsh -d -i
}

# type_in KEYS SHELL...: the last key has it write its command line to the file typed and end
type_in() {
	local keys=$1
	shift
	rm -f typed
	printf '%s\030d' "$keys" | TERM=vt100 timeout 30 script -qec "$(printf '%q ' "$@")" /dev/null >screen 2>&1
	[ -e typed ] || cat screen
	cat typed
}
