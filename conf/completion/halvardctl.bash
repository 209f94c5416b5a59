# Completion of halvardctl for bash. What may stand where is halvardctl's own knowledge
# (`halvardctl complete`); here only what is bash's: a name with colons is several words of
# COMP_WORDS, so the line is read instead, and what stands before the last colon is cut off.

_halvardctl()
{
	local line=${COMP_LINE:0:COMP_POINT} last candidate
	local -a words
	read -r -a words <<<"$line"
	[[ $line == *[[:blank:]] ]] && words+=("")
	last=${words[${#words[@]}-1]}
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		[[ $last == *:* && $COMP_WORDBREAKS == *:* ]] && candidate=${candidate#"${last%"${last##*:}"}"}
		COMPREPLY+=("$candidate")
	done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
}

complete -o default -F _halvardctl halvardctl
