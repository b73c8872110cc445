# SPDX-License-Identifier: GPL-2.0-only
#
# How tests print what they found, sourced after lib.sh and scratch: one line
# for each, counted in a file, so that subshells may print them too.

: >"$LKRG_TMP/results"

result() {
	printf '%s\n' "$*" | tee -a "$LKRG_TMP/results"
}

passed() {
	result "passed: $*"
}

# failed TEXT [FILE]: the end of FILE says more.
failed() {
	result "FAILED: $1"
	[ $# -eq 1 ] || tail -n 20 "$2" | sed 's/^/        /'
}

# skipped TEXT REASON
skipped() {
	result "skipped: $1: $2"
}

# check TEXT COMMAND...: prints what is wrong and succeeds with no output.
check() {
	text=$1
	shift
	set +e
	(set -e; "$@") >"$LKRG_TMP/found" 2>&1
	rc=$?
	set -e
	if [ $rc -eq 0 ] && [ ! -s "$LKRG_TMP/found" ]; then
		passed "$text"
	else
		failed "$text" "$LKRG_TMP/found"
	fi
}

# quiet COMMAND...: its output only if it fails
quiet() {
	"$@" >"$LKRG_TMP/quiet" 2>&1 || {
		cat "$LKRG_TMP/quiet"
		return 1
	}
}

# results_with PREFIX: take over the result lines on stdin.
results_with() {
	sed "s/^\(passed\|FAILED\|skipped\): /&$1: /" | tee -a "$LKRG_TMP/results"
}

count() {
	grep -c "^$1: " "$LKRG_TMP/results" || :
}

# summary: the last line; fails if a test did.
summary() {
	echo "$(count passed) passed, $(count FAILED) failed, $(count skipped) skipped"
	[ "$(count FAILED)" -eq 0 ]
}
