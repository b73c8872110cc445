#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel does to its own image: function tracing, kprobes, static keys,
# tracepoints and modules come and go while passes run.  The guard has to see
# the patching and to report nothing.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"

ROUNDS=2

fail()
{
	problem=${problem:-$*}
}

# Writes a word to a file of tracefs, appending to the one list there is.
trace()
{
	case $2 in
	kprobe_events) echo "$1" >> "$TRACING/$2" ;;
	*) echo "$1" > "$TRACING/$2" ;;
	esac 2> /dev/null || fail "cannot write '$1' to $2"
}

# === Ways to patch: have_NAME, NAME_on, NAME_off ===

have_function_tracer()
{
	have_tracing && grep -qw function "$TRACING/available_tracers"
}

# Some thousand functions: all would take minutes on an emulated machine.
function_tracer_on()
{
	trace 's*' set_ftrace_filter
	trace function current_tracer
}

function_tracer_off()
{
	trace nop current_tracer
	trace '' set_ftrace_filter
}

have_kprobe()
{
	have_tracing && [ -e "$TRACING/kprobe_events" ]
}

# At the entry of a function a kprobe goes through ftrace.
kprobe_on()
{
	trace "p:lkrg_test/probe vfs_read" kprobe_events
	trace 1 events/lkrg_test/probe/enable
}

kprobe_off()
{
	trace 0 events/lkrg_test/probe/enable
	trace -:lkrg_test/probe kprobe_events
}

have_breakpoint()
{
	have_kprobe
}

# Behind it a kprobe is a breakpoint, at the first instruction found there.
breakpoint_on()
{
	for offset in $(seq 12 40); do
		echo "p:lkrg_test/probe vfs_read+$offset" \
			>> "$TRACING/kprobe_events" && break
	done 2> /dev/null
	trace 1 events/lkrg_test/probe/enable
}

breakpoint_off()
{
	kprobe_off
}

have_tracepoint()
{
	have_tracing && [ -e "$TRACING/events/sched/sched_switch/enable" ]
}

tracepoint_on()
{
	trace 1 events/sched/enable
}

tracepoint_off()
{
	trace 0 events/sched/enable
}

SCHEDSTATS=/proc/sys/kernel/sched_schedstats

have_static_key()
{
	[ -w "$SCHEDSTATS" ]
}

static_key_on()
{
	schedstats=$(cat "$SCHEDSTATS")
	echo $((1 - schedstats)) > "$SCHEDSTATS"
}

static_key_off()
{
	echo "$schedstats" > "$SCHEDSTATS"
}

have_module()
{
	why_not="lkrg_attack.ko is not built, or loaded already"
	[ ! -e "$DEVICE" ] && [ -e "$DIR/test_modules/lkrg_attack.ko" ]
}

module_on()
{
	load_attacks "$DIR/test_modules" || fail "$load_error"
}

module_off()
{
	unload_attacks || fail "the module stays"
}

# === The test ===

expect_silence()
{
	read_log
	found=$(alerts | head -n 1)
	[ -z "$found" ] || fail "false report: $found"
	found=$(trouble)
	[ -z "$found" ] || fail "kernel log: $found"
	[ "$(statistic reports)" = "$reports" ] || fail "a report was counted"
}

pokes_grew()
{
	[ "$(statistic pokes)" -gt "$pokes" ]
}

# The second argument is "pokes" where text of the core has to change.
patch_while_passing()
{
	name=$1
	title=$1
	problem=
	why_not="not in this kernel"
	if ! "have_$name"; then
		ktap_test_skip "$title: $why_not"
		return
	fi

	mark
	reports=$(statistic reports)
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		for change in on off; do
			pokes=$(statistic pokes)
			# One pass meets the change, and one comes after it.
			start_pass || fail "no pass can be triggered"
			"${name}_$change"
			# Some patching is left to a worker.
			[ "$2" != pokes ] || wait_until 5 pokes_grew ||
				fail "$change: pokes did not grow"
			run_pass || fail "the pass was not done"
		done
	done
	expect_silence

	if [ -n "$problem" ]; then
		ktap_print_msg "$title: $problem"
		ktap_test_fail "$title"
	else
		ktap_test_pass "$title"
	fi
}

cleanup()
{
	restore_knobs
	unload_attacks
	rm -rf "$scratch"
}

need_root
guard_is_on || skip_all "lkrg is not enabled (lsm=)"

scratch=$(mktemp -d) || exit "$KSFT_FAIL"
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
log=$scratch/log

ktap_print_header
# A false report is to fail the test, not to panic the machine.
set_knob kint_enforce 1 && set_knob kint_validate 3 ||
	ktap_exit_fail_msg "the knobs of lkrg cannot be set"
ktap_set_plan 7

patch_while_passing static_key pokes
patch_while_passing tracepoint pokes
patch_while_passing kprobe pokes
patch_while_passing breakpoint pokes
patch_while_passing function_tracer pokes
patch_while_passing module
# Once more, now that all have come and gone.
patch_while_passing static_key pokes

ktap_finished
