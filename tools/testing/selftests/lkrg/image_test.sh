#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel does to its own image: function tracing, kprobes, static keys,
# tracepoints, livepatches and modules come and go while passes run.  The guard has
# to see the patching and to report nothing.
#
# And no such event makes it forget what was changed in another way before: text of
# the kernel (D1), modules that hide (D3), text of a module while others come and go
# (D3b).

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

have_graph_tracer()
{
	have_tracing && grep -qw function_graph "$TRACING/available_tracers"
}

graph_tracer_on()
{
	trace 'vfs_*' set_ftrace_filter
	trace function_graph current_tracer
}

graph_tracer_off()
{
	function_tracer_off
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

PROBES=/sys/kernel/debug/kprobes/list

have_optprobe()
{
	have_kprobe && [ -e "$PROBES" ] &&
		[ "$(cat /proc/sys/debug/kprobes-optimization 2> /dev/null)" = 1 ]
}

is_optimized()
{
	grep -q '\[OPTIMIZED\]' "$PROBES"
}

# A worker makes a jump of it, some time afterwards, where there is room for one.
optprobe_on()
{
	for offset in ${optimized:-$(seq 12 60)}; do
		echo "p:lkrg_test/probe vfs_read+$offset" 2> /dev/null \
			>> "$TRACING/kprobe_events" || continue
		trace 1 events/lkrg_test/probe/enable
		wait_until 10 is_optimized && optimized=$offset && return
		kprobe_off
	done
	# Not all of them again
	optimized=$offset
	fail "no probe is optimized"
}

optprobe_off()
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

# Hooks of a module, of each kind.
have_hooks()
{
	load_attacks "$DIR/test_modules" && attack hooks-register &&
		attack hooks-unregister
}

attack()
{
	echo "$1" 2> /dev/null > "$DEVICE"
}

hooks_on()
{
	attack hooks-register || fail "no hooks"
}

hooks_off()
{
	attack hooks-unregister || fail "the hooks stay"
}

# A second mapping, of what is no code.
have_second()
{
	load_attacks "$DIR/test_modules"
}

second_on()
{
	attack memory-data || fail "no mapping"
}

second_off()
{
	attack memory-restore || fail "the mapping stays"
}

# Each filter of seccomp is compiled to a program of its own, and so is what is loaded.
have_compiler()
{
	why_not="BPF is not compiled"
	[ "$(cat /proc/sys/net/core/bpf_jit_enable 2> /dev/null)" = 1 ] &&
		[ -x "$DIR/attack_victim" ]
}

compiler_on()
{
	for i in 1 2 3 4 5 6 7 8; do
		for code in filter program; do
			"$DIR/attack_victim" -d "$scratch" -p "$code" none pass \
				> "$scratch/out" 2>&1 &
		done
	done
}

compiler_off()
{
	wait
}

# A trampoline for a function, and what XDP calls programs by.
have_bpf()
{
	why_not="no types of the kernel, or BPF is not compiled"
	[ -e /sys/kernel/btf/vmlinux ] && have_compiler && [ -x "$DIR/bpf_hooks" ]
}

hooks_are_in_place()
{
	grep -qx 'in place' "$scratch/out"
}

bpf_on()
{
	"$DIR/bpf_hooks" vfs_read > "$scratch/out" 2>&1 &
	hooks=$!
	wait_until 30 hooks_are_in_place || fail "no hooks: $(cat "$scratch/out")"
}

bpf_off()
{
	# The shell would say how it ended.
	{ kill "$hooks" && wait "$hooks"; } 2> /dev/null
	hooks=
}

# What perf counts: a tracepoint, and a kprobe of its own.
have_perf()
{
	have_tracepoint && [ -e /sys/bus/event_source/devices/kprobe/type ] &&
		[ -x "$DIR/perf_hooks" ]
}

perf_on()
{
	"$DIR/perf_hooks" "$(cat "$TRACING/events/sched/sched_switch/id")" vfs_read \
		> "$scratch/out" 2>&1 &
	hooks=$!
	wait_until 30 hooks_are_in_place || fail "no events: $(cat "$scratch/out")"
}

perf_off()
{
	bpf_off
}

CPU=/sys/devices/system/cpu/cpu1/online

have_cpu()
{
	why_not="there is one CPU"
	[ -e "$CPU" ]
}

cpu_on()
{
	echo 0 > "$CPU" || fail "CPU 1 stays"
}

cpu_off()
{
	echo 1 > "$CPU" || fail "CPU 1 does not come back"
}

# Which model it is decides what static calls lead to.
PREEMPTION=/sys/kernel/debug/sched/preempt

have_static_call()
{
	[ -e "$PREEMPTION" ] && ! grep -q '(full)' "$PREEMPTION"
}

static_call_on()
{
	preemption=$(sed 's/.*(\(.*\)).*/\1/' "$PREEMPTION")
	echo full > "$PREEMPTION"
}

static_call_off()
{
	echo "$preemption" > "$PREEMPTION"
}

have_idle()
{
	why_not="lkrg_idle.ko is not built"
	[ -e "$DIR/test_modules/lkrg_idle.ko" ]
}

idle_on()
{
	insmod "$DIR/test_modules/lkrg_idle.ko" || fail "lkrg_idle.ko: not loaded"
}

idle_off()
{
	rmmod lkrg_idle || fail "lkrg_idle.ko stays"
}

LIVEPATCH=/sys/kernel/livepatch/lkrg_livepatch

have_livepatch()
{
	why_not="lkrg_livepatch.ko is not built"
	[ -e "$DIR/test_modules/lkrg_livepatch.ko" ]
}

is_patched()
{
	[ "$(cat "$LIVEPATCH/transition")" = 0 ]
}

livepatch_on()
{
	"$DIR/load_livepatch" "$DIR/test_modules/lkrg_livepatch.ko" lkrg_idle &&
		wait_until 60 is_patched || fail "no livepatch"
}

livepatch_is_gone()
{
	[ ! -e "$LIVEPATCH" ] && rmmod lkrg_livepatch 2> /dev/null
}

livepatch_off()
{
	echo 0 > "$LIVEPATCH/enabled" && wait_until 60 livepatch_is_gone ||
		fail "the livepatch stays"
}

# What a livepatch refers to in another module is written to its text when both are
# there, and goes with that module.
have_relocation()
{
	have_livepatch && have_idle
}

NUMBER=/sys/module/lkrg_idle/parameters/number

expect_number()
{
	[ "$(cat "$NUMBER")" = "$1" ] || fail "lkrg_idle.ko says $(cat "$NUMBER")"
}

relocation_on()
{
	idle_on
	expect_number 1
	livepatch_on
	expect_number 2
	idle_off
	idle_on
	expect_number 2
}

relocation_off()
{
	livepatch_off
	expect_number 1
	idle_off
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

	verdict "$title"
}

# The same changes, after somebody has changed the kernel.  Arguments are the attack,
# what is reported, the change, what takes the attack back, and a name.  It stays
# reported, or is once more if the same page was patched.
launder()
{
	name=$3
	title="$5: $1, then $name"
	problem=
	why_not="not in this kernel"
	if ! "have_$name"; then
		ktap_test_skip "$title: $why_not"
		return
	fi
	mark
	attack "$1" || fail "$1 does not work"
	run_pass || fail "the pass was not done"
	wait_until 10 is_reported "$2" || fail "not reported: $(alerts)"
	for change in on off; do
		"${name}_$change"
		mark
		run_pass || fail "the pass was not done"
		seen="still changed: reported before: 1; logged|$2.*; logged"
		wait_until 10 is_reported "($seen)\$" ||
			fail "forgotten after $change: $(alerts)"
		found=$(alerts | grep -Ev "DETECT: Kernel: ($seen)\$")
		[ -z "$found" ] || fail "other report: $found"
	done
	attack "${1%%-*}-$4" || fail "it stays changed"
	run_pass || fail "the pass was not done"
	mark
	reports=$(statistic reports)
	run_pass || fail "the pass was not done"
	expect_silence
	verdict "$title"
}

KFENCE=/sys/module/kfence/parameters/sample_interval

# Its key changes all the time.  Nobody reads the kernel again because of it.
key_of_kfence()
{
	title="key of KFENCE: nothing is read because of it"
	problem=
	if [ ! -w "$KFENCE" ] || [ "$(cat "$KFENCE")" = 0 ]; then
		ktap_test_skip "$title: not in this kernel, or off"
		return
	fi
	mark
	reports=$(statistic reports)
	interval=$(cat "$KFENCE")
	echo 10 > "$KFENCE"
	set_knob kint_validate 1 || fail "the knobs of lkrg cannot be set"
	run_pass || fail "the pass was not done"
	pokes=$(($(statistic pokes) + 100))
	bytes=$(statistic pass_bytes)
	wait_until 60 pokes_grew || fail "the key does not change"
	[ "$(statistic pass_bytes)" = "$bytes" ] || fail "something was read"
	run_pass || fail "the pass was not done"
	expect_silence
	set_knob kint_validate 3 || fail "the knobs of lkrg cannot be set"
	echo "$interval" > "$KFENCE"
	verdict "$title"
}

is_reported()
{
	read_log
	alerts | grep -Eq "DETECT: Kernel: ($1)"
}

have_nothing()
{
	return 0
}

nothing_on()
{
	sleep 1
}

nothing_off()
{
	sleep 1
}

cleanup()
{
	# Who was stopped half way has not put it back.
	{
		[ -z "$hooks" ] || kill "$hooks"
		echo 1 > "$CPU"
		[ -z "$preemption" ] || echo "$preemption" > "$PREEMPTION"
		[ -z "$interval" ] || echo "$interval" > "$KFENCE"
	} 2> /dev/null
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
ktap_set_plan 43

patch_while_passing static_key pokes
patch_while_passing tracepoint pokes
patch_while_passing kprobe pokes
patch_while_passing breakpoint pokes
patch_while_passing optprobe pokes
patch_while_passing function_tracer pokes
patch_while_passing graph_tracer pokes
patch_while_passing livepatch pokes
patch_while_passing relocation pokes
patch_while_passing module
patch_while_passing hooks pokes
patch_while_passing second
patch_while_passing compiler
patch_while_passing bpf pokes
patch_while_passing perf pokes
patch_while_passing cpu
patch_while_passing static_call pokes
patch_while_passing idle
# Once more, now that all have come and gone.
patch_while_passing static_key pokes
key_of_kfence

load_attacks "$DIR/test_modules"
for way in static_key static_call tracepoint kprobe breakpoint optprobe \
	function_tracer graph_tracer livepatch relocation hooks compiler bpf perf cpu \
	idle; do
	launder text-flip "text changed: kernel_halt" "$way" restore D1
done
for way in nothing idle; do
	launder module-hide "module hidden: lkrg_attack" "$way" show D3
	launder module-hide-all "module hidden: lkrg_attack" "$way" show D3
done
for way in static_key hooks idle; do
	launder module_text-flip "text changed: lkrg_attack_idle" "$way" restore D3b
done

ktap_finished
