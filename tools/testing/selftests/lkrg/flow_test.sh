#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Attacks that lead the kernel to a function instead of calling it: on a stack that
# is none, from gadget to gadget, from memory that is nobody's.  And what looks like
# it and is honest: return addresses that tracers have replaced, calls with a
# breakpoint, helpers, modules that come and go.
#
# With lkrg enabled each attack has to be stopped and reported, once, with place and
# address.  Without it this is the control: each attack has to work.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

into='lkrg_attack_return_into\+0x[^ ]+ \[lkrg_attack\]'
gadget='lkrg_attack_gadget\+0x[^ ]+ \[lkrg_attack\]'
pivot="from $into: stack pointer outside of any stack"
no_call="from $gadget: not after a call"
nobody="from an address without a name: in no known text"

# attack|prepared as|first use|what is wrong|where
attacks="
flow-pivot-commit|-|open|$pivot|commit_creds
flow-pivot-override|-|open|$pivot|override_creds
flow-pivot-switch|jail|hostname|$pivot|switch_task_namespaces
flow-pivot-root|chroot|outside|$pivot|set_fs_root
flow-gadget-commit|-|open|$no_call|commit_creds
flow-gadget-override|-|open|$no_call|override_creds
flow-gadget-switch|jail|hostname|$no_call|switch_task_namespaces
flow-gadget-root|chroot|outside|$no_call|set_fs_root
flow-gadget-pwd|-|outside-cwd|$no_call|set_fs_pwd
flow-gadget-prepare|-|open|$no_call|prepare_kernel_cred
flow-gadget-helper|-|open|$no_call|call_usermodehelper_exec
flow-gadget-memory|-|open|$no_call|set_memory_x
flow-gadget-poke|-|open|$no_call|text_poke
flow-chain-commit|-|open|$no_call|commit_creds
flow-chain-switch|jail|hostname|$no_call|switch_task_namespaces
flow-chain-root|chroot|outside|$no_call|set_fs_root
flow-chain-prepare|-|open|$no_call|prepare_kernel_cred
flow-chain-code|-|open|$no_call|set_memory_rox
flow-stranger-commit|-|open|$nobody|commit_creds
flow-stranger-override|-|open|$nobody|override_creds
flow-stranger-switch|jail|hostname|$nobody|switch_task_namespaces
flow-stranger-root|chroot|outside|$nobody|set_fs_root
"

flow_attack()
{
	victim -p "$prepared" "$attack" "$use"
	if [ "$status" = "$KSFT_SKIP" ]; then
		skipped=$(said)
	elif [ "$guard" = on ]; then
		report="control flow broken: $wrong; at $place"
		expect_stopped
	else
		use_worked || fault "attack failed: status $status: $(said)"
		expect_silence
	fi
}

# === Knobs ===

knob_is()
{
	set_knob "$1" "$2" || fault "lkrg.$1 cannot be set"
}

# Arguments: the attack, its use, a setting, the report that is still made or none
let_through()
{
	knob_is "${3%=*}" "${3#*=}"
	mark
	victim "$1" "$2"
	[ -z "$4" ] || expect_report "Task: attack_victim\[$task\]: $4"
}

# Looked on, another check still finds what was taken.
log_only()
{
	knob_is pint_enforce 0
	knob_is pint_validate 0
	let_through flow-gadget-commit open pcfi_enforce=0 \
		"control flow broken: $no_call; at commit_creds: logged"
	use_worked || fault "not let through: status $status: $(said)"
	knob_is pcfi_enforce 1
	knob_is pint_validate 1
	knob_is pint_enforce 1
}

not_verified()
{
	knob_is pint_validate 0
	let_through flow-pivot-commit open pcfi_validate=0 ''
	use_worked || fault "not let through: status $status: $(said)"
	expect_silence
	let_through flow-chain-commit open pcfi_validate=1 ''
	use_worked || fault "the whole way with pcfi_validate=1: $(said)"
	expect_silence
	mark
	prepared=- attack=flow-gadget-commit use=open wrong=$no_call place=commit_creds
	flow_attack
	knob_is pcfi_validate 2
	knob_is pint_validate 1
}

# === Honest flow ===

# Whoever becomes root, changes root or namespaces, runs a helper, loads a module or
# patches text, legally.
do_everything()
{
	for way in suid:open setresuid:setresuid capset:capable access:open \
			unchroot:outside chdir:outside-cwd; do
		victim "${way%:*}" "${way#*:}"
		use_worked || fault "refused: $way: status $status: $(said)"
	done
	unshare -m nsenter -t 1 -m true || fault "refused: setns of mounts"
	victim -p jail setns hostname
	use_worked || fault "refused: setns: status $status: $(said)"
	if [ -e "$DIR/test_modules/lkrg_idle.ko" ]; then
		insmod "$DIR/test_modules/lkrg_idle.ko" && rmmod lkrg_idle ||
			fault "no module"
	fi
	modprobe lkrg_no_such_module 2> /dev/null
	for value in 1 0; do
		echo "$value" > /proc/sys/kernel/sched_schedstats 2> /dev/null
	done
}

# Without tracers there is no doubt, either.
honest()
{
	[ "$guard" = off ] || doubts=$(statistic flow_uncertain)
	do_everything
	expect_silence
	[ "$guard" = off ] || [ "$(statistic flow_uncertain)" = "$doubts" ] ||
		fault "$(statistic flow_uncertain) instead of $doubts times in doubt"
}

functions="commit_creds override_creds prepare_kernel_cred call_usermodehelper_exec
switch_task_namespaces set_fs_root set_fs_pwd ksys_unshare __sys_setresuid __sys_setuid
begin_new_exec load_elf_binary bprm_execve do_faccessat do_init_module vfs_write
ksys_write"

trace()
{
	[ -w "$TRACING/$2" ] && echo "$1" >> "$TRACING/$2" 2> /dev/null
}

tracer()
{
	have_tracing && grep -qw "$1" "$TRACING/available_tracers" ||
		{ skipped="no such tracer"; return; }
	echo > "$TRACING/set_ftrace_filter"
	for function in $functions; do
		trace "$function" set_ftrace_filter
	done
	grep -q commit_creds "$TRACING/set_ftrace_filter" || fault "it is not traced"
	echo "$1" > "$TRACING/current_tracer" || fault "no tracing"
	do_everything
	echo nop > "$TRACING/current_tracer"
	echo > "$TRACING/set_ftrace_filter"
	expect_silence
}

# Arguments: the type of the probe, and where it is in each function
probes()
{
	type=$1
	shift
	have_tracing && [ -e "$TRACING/kprobe_events" ] ||
		{ skipped="no kprobes"; return; }
	made=0
	for function in $functions; do
		for offset; do
			trace "$type:lkrg_flow/${type}_${function}_$offset $function+$offset" \
				kprobe_events && made=$((made + 1))
		done
	done
	[ "$made" -ge "$least" ] || fault "only $made probes"
	echo 1 > "$TRACING/events/lkrg_flow/enable" || fault "not enabled"
	do_everything
	echo 0 > "$TRACING/events/lkrg_flow/enable"
	echo > "$TRACING/kprobe_events" || fault "probes stay"
	expect_silence
}

return_probes()
{
	least=5
	probes r 0
}

# On each instruction of who calls them, and so on each call
breakpoints()
{
	least=200
	functions="__sys_setresuid begin_new_exec do_faccessat" probes p $(seq 9 1200)
}

# Both kinds of return addresses at once
tracer_and_probes()
{
	have_tracing && grep -qw function_graph "$TRACING/available_tracers" ||
		{ skipped="no such tracer"; return; }
	echo function_graph > "$TRACING/current_tracer" || fault "no tracing"
	return_probes
	echo nop > "$TRACING/current_tracer"
}

# All at once, with others who do the same, and who trace and patch.
under_load()
{
	(
		while :; do
			trace "r:lkrg_load/r commit_creds" kprobe_events
			echo 1 > "$TRACING/events/lkrg_load/enable"
			echo 0 > "$TRACING/events/lkrg_load/enable"
			trace "-:lkrg_load/r" kprobe_events
			for value in 1 0; do
				echo "$value" > /proc/sys/kernel/sched_schedstats
			done
		done 2> /dev/null
	) &
	patcher=$!
	for round in 1 2 3; do
		do_everything
	done
	kill "$patcher"
	wait "$patcher" 2> /dev/null
	# Who was killed may have left his probe where it hides who calls.
	{
		echo 0 > "$TRACING/events/lkrg_load/enable"
		echo > "$TRACING/kprobe_events"
	} 2> /dev/null
	grep -qs lkrg_load "$TRACING/kprobe_events" && fault "a probe stays"
	expect_silence
}

# === Main ===

need_root
prepare_attacks
say_what_is_expected
ktap_set_plan $(($(echo "$attacks" | grep -c '|') + 10))

echo "$attacks" | grep '|' > "$scratch/attacks"
while IFS='|' read -r attack prepared use wrong place <&3; do
	run_test "$attack" flow_attack
done 3< "$scratch/attacks"
run_test "honest" honest
run_test "function tracer" tracer function
run_test "function graph tracer" tracer function_graph
run_test "return probes" return_probes
run_test "breakpoints" breakpoints
run_test "function graph tracer and return probes" tracer_and_probes
run_test "patching under load" under_load
if [ "$guard" = on ]; then
	run_test "pcfi_enforce=0" log_only
	run_test "pcfi_validate=0 and 1" not_verified
else
	for knob in pcfi_enforce=0 "pcfi_validate=0 and 1"; do
		ktap_test_skip "$knob: lkrg is not enabled"
	done
fi
sum_of_reports
ktap_finished
