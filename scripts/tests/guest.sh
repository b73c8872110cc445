# SPDX-License-Identifier: GPL-2.0-only
#
# What the parts that boot a guest have in common.

# The security modules without the guard.
without=capability,landlock,lockdown,yama,apparmor

# Reports that are expected, and looked at, by tests in the guest: here only
# nobody else may have one.
victims='DETECT: Task: ((attack_victim|sh|iou-wrk-[0-9]+|lkrg_sleeper)\[[0-9]+/[0-9]+\]|init\[1/1\]): (credential|override|namespaces|state|task|record) '
image='DETECT: Kernel: ((text|rodata|mapping) changed|still changed|memory foreign|module hidden|hook foreign): '
helpers='DETECT: Kernel: helper changed: [a-z_]+: (".*" -> ".*"; (restored|logged)|by sh\[[0-9]+/[0-9]+\], who may not; refused)$'
blocked='(BLOCK: UMH: helper blocked: .*; refused|ALLOW: UMH: helper blocked: .*; logged)$'
keys='DETECT: Kernel: rodata changed: ([a-z_]+\.)?request_key(\.[0-9]+)?\+0x1/0x[0-9a-f]+: 73 62 69 6e -> 74 6d 70 2f; logged$'
inodes='DETECT: Kernel: inode changed: [^ ]*/target \((tmpfs|devtmpfs|ext4), [0-9]+\): '
pointers='DETECT: Kernel: (hook foreign: [A-Za-z].*: [a-z_ ]+ -> an address without a name|still changed: reported before: 1); logged$'
flow='DETECT: Task: attack_victim\[[0-9]+/[0-9]+\]: control flow broken: from .*: (refused, process killed|logged)$'
switches='DETECT: Kernel: (switch changed: [a-z._]+: (([0-9]+|unknown) -> [0-9]+; (restored|logged)|by sh\[[0-9]+/[0-9]+\], who may not; refused)|still changed: reported before: [0-9]+; logged)$'
issues='ISSUE: lkrg\.[a-z_]+: .*, nothing changed$'

# build CONFIG: with what the user gave, once in a run.
build() {
	with_lock build-once build_once "$1"
}

build_once() {
	[ ! -e "$LKRG_RUN/built-$1" ] || return 0
	# On stderr are progress and, at the end, what went wrong.
	"$LKRG_TOP/scripts/build" --config "$1" ${kernel:+--kernel "$kernel"} >"$LKRG_TMP/image" || {
		failed "scripts/build --config $1"
		return 1
	}
	: >"$LKRG_RUN/built-$1"
}

# guest NAME [OPTION...] -- COMMAND...: sets rc, errors, and out and console, which stay
# when the script has ended.
guest() {
	mkdir -p "$LKRG_CACHE/logs"
	out=$LKRG_CACHE/logs/test-$1.out
	console=$LKRG_CACHE/logs/test-$1.log
	errors=$LKRG_TMP/$1.err
	shift
	rc=0
	"$LKRG_TOP/scripts/boot" --config "${config:-small}" ${kernel:+--kernel "$kernel"} \
		--log "$console" "$@" >"$out" 2>"$errors" || rc=$?
	# Only what went wrong with the boot; a job's own status is in rc.
	cat "$errors" >&2
}

# went_well TEXT: the job of the last guest ended with 0.
went_well() {
	if [ "$rc" -eq 0 ]; then
		passed "$1: the guest ran to its end"
	else
		cat "$errors" >>"$out"
		failed "$1: exit status $rc" "$out"
	fi
}

# judge FILE [-v panic=1]: what must not be in a console; FILE has the reports
# that are expected.
judge() {
	expected=$1
	shift
	awk -f "$LKRG_TOP/scripts/tests/console.awk" -v expected="$expected" "$@" "$console"
}

# clean_console TEXT [REPORT...]: of the last guest
clean_console() {
	text=$1
	shift
	: >"$LKRG_TMP/expected"
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$LKRG_TMP/expected"
	check "$text" judge "$LKRG_TMP/expected"
}

# judge_panic REPORT: of a guest that was to panic after this report
judge_panic() {
	printf '%s\n' "$1" >"$LKRG_TMP/expected"
	judge "$LKRG_TMP/expected" -v panic=1
}

# tap PREFIX FILE: the tests whose TAP is in FILE.
tap() {
	awk -f "$LKRG_TOP/scripts/tests/tap.awk" "$2" | results_with "$1"
}
