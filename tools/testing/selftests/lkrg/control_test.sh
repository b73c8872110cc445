#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Settings that somebody writes over, modules that are not to be loaded, and what
# is said about it.  (What may be written to the knobs is tested in base_test.c.)

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

IDLE=$DIR/test_modules/lkrg_idle.ko

value_is()
{
	[ "$(cat "$KNOBS/$1")" = "$2" ] || fault "lkrg.$1 is $(cat "$KNOBS/$1"), not $2"
}

# What is read, and what has an effect, is what was set; the next pass puts it back.
written_over()
{
	set_knob "$1" "$2"
	request "policy-$1"
	value_is "$1" "$2"
	expect_report "Kernel: policy changed: lkrg.$1: $2 -> 0; restored"
	mark
	expect_pass
	# Both may have met the same pass.
	expect_pass
	value_is "$1" "$2"
	expect_silence

	# It can still be set, and stays set.
	mark
	set_knob "$1" "$3" && value_is "$1" "$3"
	set_knob "$1" "$2" && value_is "$1" "$2"
	expect_silence
}

policy()
{
	written_over kint_enforce 1 0
}

# A knob of another kind, twice.
policy_again()
{
	written_over interval 1800 5
	mark
	written_over interval 1800 5
}

# As if there were nothing yet to compare with
booted_again()
{
	request policy-booted
	expect_pass
	expect_report "Kernel: policy changed: lkrg.booted: 1 -> 0; restored"
	mark
	expect_pass
	expect_silence
}

knob_is()
{
	set_knob "$1" "$2" || fault "lkrg.$1 cannot be set"
}

loads()
{
	insmod "$IDLE" 2> "$out" || return 1
	rmmod lkrg_idle
}

blocked()
{
	[ -e "$IDLE" ] || { skipped="lkrg_idle.ko is not built"; return; }
	loads || fault "no module without block_modules: $(cat "$out")"
	expect_silence
	knob_is block_modules 1
	mark
	! loads || fault "loaded with block_modules=1"
	wait_until 10 reported || fault "no report"
	# Who is refused with the file may try to read it first.
	line="Module: insmod\[[0-9]+/[0-9]+\]: module blocked"
	line="LKRG: ALERT: BLOCK: $line: (lkrg_idle.ko|from memory); refused"
	alerts | grep -Evx "$line" > "$scratch/others" &&
		fault "other report: $(cat "$scratch/others")"
	# Nobody looks at what is in the file, as the loader does otherwise.
	echo "this is no module" > "$scratch/none.ko"
	"$DIR/load_probe" "$scratch/none.ko" 2> "$out"
	[ "$?" = 1 ] || fault "it was read: $(cat "$out")"
	knob_is block_modules 0
	"$DIR/load_probe" "$scratch/none.ko" 2> "$out"
	grep -q 'Exec format error' "$out" || fault "it was not read: $(cat "$out")"
	mark
	loads || fault "no module afterwards: $(cat "$out")"
	expect_silence
}

# The argument is what is logged of the hooks, or none.
expect_lines()
{
	read_log
	found=$(grep -c "^LKRG: ISSUE: lkrg.patch: module lkrg_attack: $1" "$log")
	[ "$found" = "$2" ] || fault "$found lines of '$1' instead of $2"
}

patches_grew()
{
	found=$(($(statistic patches_by_modules) - before))
	[ "$found" = "$1" ] || fault "$found patches were counted instead of $1"
	before=$(statistic patches_by_modules)
}

# One who traces, and says that he only looks on, one who is called directly, three
# kprobes, a kretprobe, an fprobe and what a livepatch is.
patched()
{
	before=$(statistic patches_by_modules)
	for value in 0 allow; do
		knob_is patch "$value"
		request hooks-register
		request hooks-unregister
		expect_lines '' 0
		patches_grew 8
	done
	knob_is patch log
	value_is patch 1
	mark
	request hooks-register
	request hooks-unregister
	expect_lines '.*: allowed$' 8
	expect_lines 'ftrace of kernel_halt+0x[0-9a-f]*/0x[0-9a-f]*: allowed$' 2
	expect_lines 'ftrace of emergency_restart+0x[0-9a-f]*/0x[0-9a-f]*: allowed$' 1
	expect_lines 'kprobe of kernel_restart+0x[0-9a-f]*/0x[0-9a-f]*: allowed$' 2
	patches_grew 8
	knob_is patch deny
	value_is patch 2
	mark
	for attack in hooks-register exec-euid; do
		victim "$attack" pass
		said | grep -q 'Operation not permitted' || fault "not refused: $(said)"
	done
	expect_lines 'ftrace of kernel_halt+0x[0-9a-f]*/0x[0-9a-f]*: refused$' 1
	expect_lines 'kprobe of begin_new_exec+0x[0-9a-f]*/0x[0-9a-f]*: refused$' 1
	expect_lines '' 2
	patches_grew 2
	livepatch=$DIR/test_modules/lkrg_livepatch.ko
	if [ -e "$livepatch" ]; then
		! insmod "$livepatch" 2> "$out" || fault "a livepatch was loaded"
		# Who is refused with the file may try to read it first.
		[ "$(statistic patches_by_modules)" -gt "$before" ] ||
			fault "the livepatch was not counted"
		before=$(statistic patches_by_modules)
		read_log
		line="ISSUE: lkrg.patch: module lkrg_livepatch: livepatch of functions"
		grep -q "$line: refused" \
			"$log" || fault "no line for the livepatch"
	fi
	# Programs that trace the kernel are others.
	if have_tracing && [ -e "$TRACING/kprobe_events" ]; then
		echo 'p:lkrg_test/probe vfs_read' > "$TRACING/kprobe_events" &&
			echo 1 > "$TRACING/events/lkrg_test/probe/enable" ||
			fault "no kprobe from user space"
		echo 0 > "$TRACING/events/lkrg_test/probe/enable"
		echo > "$TRACING/kprobe_events"
		patches_grew 0
	fi
	knob_is patch 0
	expect_silence
}

# === Where reports go beside the log ===

violations()
{
	statistic "violation_$1"
}

has_grown()
{
	[ "$(violations policy_changed)" -gt "$before" ]
}

# Somebody writes over a setting, which has to be published: it was silent before.
make_news()
{
	before=$(violations policy_changed)
	request policy-kint_enforce
	value_is kint_enforce 1
	wait_until 10 has_grown || fault "not counted"
}

end_news()
{
	expect_pass
	expect_pass
}

tracepoint()
{
	event=$TRACING/events/lkrg/violation
	have_tracing && [ -e "$event/enable" ] || { skipped="no tracepoints"; return; }
	echo > "$TRACING/trace"
	echo 1 > "$event/enable"
	make_news
	expect_report "$report_of_news"
	line='violation: kind=policy_changed reaction=restore at= pid=0 tgid=0 cpu=-1:'
	grep -qF "$line" "$TRACING/trace" || fault "nothing traced"
	echo 0 > "$event/enable"
	end_news
}

report_of_news="Kernel: policy changed: lkrg.kint_enforce: 1 -> 0; restored"

hear()
{
	: > "$out.audit"
	"$DIR/audit_listen" > "$out.audit" 2>&1 &
	listener=$!
	wait_until 10 grep -q ready "$out.audit" || fault "$(cat "$out.audit")"
}

heard()
{
	grep -Eq " op=violation kind=$1 .*reaction=[a-z]+ detail=.* res=[01]" "$out.audit"
}

# What was heard, and the line of the log in it, also of who changes the digits
told_to_audit()
{
	cat "$out.audit"
	sed -n 's/.* detail=\([0-9A-Fa-f]*\) .*/\1/p' "$out.audit" | while read -r line; do
		echo "$line" | xxd -r -p
		echo
	done
}

stop_hearing()
{
	kill "$listener"
	wait "$listener" 2> /dev/null
}

audit_is_on()
{
	grep -qw 'audit=1' /proc/cmdline && [ -x "$DIR/audit_listen" ] ||
		{ skipped="audit is off (audit=1)"; return 1; }
}

# Of a task: who it was.
audit()
{
	audit_is_on || return
	hear
	victim cred-fsuid open
	report="credential overwritten: fsuid 1000 -> 0; at file_open"
	expect_report "Task: attack_victim\[$task\]: $report: refused, process killed"
	wait_until 10 heard cred_overwritten || fault "no record: $(cat "$out.audit")"
	line=" kind=cred_overwritten at=file_open pid=${task#*/} tid=${task%/*}"
	line="$line auid=[0-9]+ ses=[0-9]+ comm=\"attack_victim\""
	grep -Eq "$line reaction=kill detail=[0-9A-F]+ res=0" "$out.audit" ||
		fault "other record: $(cat "$out.audit")"
	stop_hearing
}

# Who keeps the kernel from logging has not silenced the rest.
# Whoever takes away what writes reports has not taken away the next pass.
held()
{
	request reports-hold
	make_news
	expect_pass
	expect_report "Kernel: policy changed: lkrg.kint_enforce: 1 -> 0; restored"
	request reports-release
}

silenced()
{
	event=$TRACING/events/lkrg/violation
	have_tracing && [ -e "$event/enable" ] || { skipped="no tracepoints"; return; }
	audit_is_on || return
	hear
	echo > "$TRACING/trace"
	echo 1 > "$event/enable"
	request log-silence
	make_news
	wait_until 10 heard policy_changed || fault "no audit record"
	grep -q 'violation: kind=policy_changed ' "$TRACING/trace" || fault "nothing traced"
	end_news
	request log-restore
	echo 0 > "$event/enable"
	stop_hearing
	reports_expected=$((reports_expected + 1))
	expect_silence
}

# Of each knob that is changed, and by whom.
changes()
{
	interval=$(cat "$KNOBS/interval")
	knob_is heartbeat 0
	expect_state ''
	knob_is interval 77
	expect_state "lkrg.interval: $interval -> 77"
	knob_is interval "$interval"
	expect_state "lkrg.interval: 77 -> $interval"
	knob_is log_level 0
	expect_state "lkrg.log_level: 3 -> 0"
	knob_is interval 77
	expect_state ''
	knob_is interval "$interval"
	knob_is log_level 3
	mark
	allowed=$(cat "$KNOBS/umh_allow")
	echo /bin/some > "$KNOBS/umh_allow" || fault "umh_allow cannot be set"
	expect_state 'lkrg.umh_allow: "/bin/some"'
	echo "$allowed" > "$KNOBS/umh_allow" || fault "umh_allow cannot be set"
	mark
	if audit_is_on; then
		hear
		knob_is interval 77
		line=" op=set knob=interval old=$interval new=77 .* comm=\"control_test.sh\""
		wait_until 10 grep -Eq "$line.* res=1" "$out.audit" ||
			fault "no record: $(cat "$out.audit")"
		stop_hearing
		knob_is interval "$interval"
	fi
	skipped=
	expect_silence
}

# The argument is the change that is logged, or none.
expect_state()
{
	read_log
	grep '^LKRG: STATE: ' "$log" > "$scratch/state"
	if [ -n "$1" ]; then
		grep -Eqx "LKRG: STATE: $1, by control_test.sh\[[0-9]+/[0-9]+\]" \
			"$scratch/state" || fault "no line of $1: $(cat "$scratch/state")"
	elif [ -s "$scratch/state" ]; then
		fault "nothing was changed: $(cat "$scratch/state")"
	fi
	mark
}

blocked_helpers()
{
	statistic violation_helper_blocked
}

# Each is in the log, or counted as too many.
all_are_told()
{
	read_log
	lines=$(alerts | grep -c ' BLOCK: UMH: helper blocked: ')
	suppressed=$(($(statistic reports_suppressed) - suppressed_before))
	lost=$(($(statistic reports_lost) - lost_before))
	[ $((lines + suppressed + lost)) = $(($(blocked_helpers) - before)) ]
}

# Anybody has the kernel look for a module, as often as he likes.
all_is_said()
{
	run_pass
	read_log
	said=$(alerts | awk '/ DETECT: [0-9]+ reports were too many for the log, see stats$/ {
		sum += $(NF - 9)
	} END { print sum + 0 }')
	[ "$said" -ge "$suppressed" ]
}

storm()
{
	[ -e /proc/sys/kernel/modprobe ] || { skipped="no modules"; return; }
	before=$(blocked_helpers)
	suppressed_before=$(statistic reports_suppressed)
	lost_before=$(statistic reports_lost)
	knob_is umh_validate 2
	mark
	round=0
	while [ "$(statistic reports_suppressed)" = "$suppressed_before" ] &&
			[ "$round" -lt 20 ]; do
		for number in $(seq 50); do
			mount -t "nothing$number" none "$scratch" 2> /dev/null
		done
		round=$((round + 1))
	done
	knob_is umh_validate 1
	wait_until 10 all_are_told ||
		fault "$lines lines, $suppressed too many, $lost lost, after $before"
	[ "$suppressed" -gt 0 ] || fault "nothing was too much: $lines lines"
	# It may say so more than once, the last time in a pass.
	wait_until 20 all_is_said || fault "the log says $said of $suppressed"
	lost_at_start=$(statistic reports_lost)
}

taint()
{
	[ $(($(cat /proc/sys/kernel/tainted) & 512)) = 512 ] ||
		fault "not tainted: $(cat /proc/sys/kernel/tainted)"
	expect_silence
}

# What is measured a service elsewhere may look at.
measured()
{
	list=/sys/kernel/security/ima/ascii_runtime_measurements
	grep -qw 'ima_policy=critical_data' /proc/cmdline && [ -r "$list" ] ||
		{ skipped="IMA measures no critical data (ima_policy=critical_data)"; return; }
	for event in settings baseline policy_changed cred_overwritten helper_blocked; do
		grep -q " $event " "$list" || fault "$event is not measured"
	done
	[ "$(grep -c ' settings ' "$list")" -gt 1 ] || fault "changed settings are not"
	# SHA-256, in hexadecimal
	grep -q ' baseline [0-9a-f]\{64\}$' "$list" || fault "another baseline"
	expect_silence
}

# The level of the log says which lines there are.  Reports always come.
log_level()
{
	knob_is log_level 0
	echo 7 > "$KNOBS/heartbeat" 2> /dev/null && fault "a bad value was taken"
	read_log
	! grep -q '^LKRG: ISSUE: ' "$log" || fault "a line with log_level=0"
	knob_is log_level 3
	mark
	echo 7 > "$KNOBS/heartbeat" 2> /dev/null
	read_log
	grep -q '^LKRG: ISSUE: lkrg.heartbeat: ' "$log" || fault "no line with log_level=3"
	expect_silence
}

# === What nobody is told ===

ADDRESS='[fF]{4}[0-9a-fA-F]{12}'

expect_no_address()
{
	found=$(grep -Em 1 "$ADDRESS")
	[ -z "$found" ] || fault "an address $1: $found"
}

# Attacks on what is at some address, or leads to one, each of its kind
found_somewhere="text-flip rodata-flip mapping-text memory-vmalloc memory-linear
	memory-rodata module-hide hook-kprobe hook-tracepoint cpu-lstar cpu-sysenter_esp
	cpu-idtr cpu-gdtr cpu-ist1 gate-offset flow-gadget-commit"

all_are_heard()
{
	[ "$(grep -c ' op=violation ' "$out.audit")" -ge "$kinds" ]
}

no_addresses()
{
	event=$TRACING/events/lkrg/violation
	have_tracing && [ -e "$event/enable" ] || { skipped="no tracepoints"; return; }
	audit_is_on || return
	grep -Eqm 1 "$ADDRESS" /proc/kallsyms || fault "no address would be found"
	before=$(statistic reports)
	hear
	echo > "$TRACING/trace"
	echo 1 > "$event/enable"
	kinds=0
	for attack in $found_somewhere; do
		mark
		victim "$attack" pass
		! said | grep -q "not supported" || continue
		expect_pass
		wait_until 10 reported || fault "no report of $attack"
		grep '^LKRG: ' "$log" > "$scratch/told"
		expect_no_address "in the log of $attack" < "$scratch/told"
		for file in "$STATE"/*; do
			expect_no_address "in $file with $attack" < "$file"
		done
		case $attack in
		flow-*)	;;
		module-*) request module-show ;;
		*)	request "${attack%%-*}-restore" ;;
		esac
		kinds=$((kinds + 1))
		mark
		expect_pass
		expect_silence
	done
	wait_until 10 all_are_heard || fault "no more records than: $(cat "$out.audit")"
	told_to_audit > "$scratch/told"
	[ "$(grep -c '^ALERT: DETECT: ' "$scratch/told")" -ge "$kinds" ] ||
		fault "records that cannot be read: $(cat "$scratch/told")"
	expect_no_address "in audit" < "$scratch/told"
	[ "$(grep -c ' violation: ' "$TRACING/trace")" -ge "$kinds" ] || fault "not traced"
	expect_no_address "in the trace" < "$TRACING/trace"
	echo 0 > "$event/enable"
	stop_hearing
	reports_expected=$((reports_expected + $(statistic reports) - before))
}

# === What the module had ===

# A file in /etc/sysctl.d works as it is, whatever writes it.
file_of_module()
{
	file=$DIR/module.conf
	sed -n 's/^[ \t]*lkrg\.\([a-z_]*\)[ \t]*=[ \t]*/\1=/p' "$file" > "$scratch/wanted"
	[ "$(wc -l < "$scratch/wanted")" -gt 20 ] || fault "not all are in the file"
	for setting in $(cat "$scratch/wanted"); do
		echo "lkrg.${setting%=*} = $(cat "$KNOBS/${setting%=*}")"
	done > "$scratch/before.conf"
	sysctl -p "$file" > "$out" 2>&1 || fault "refused: $(cat "$out")"
	for setting in $(cat "$scratch/wanted"); do
		# It is over when it is written.
		[ "${setting%=*}" = trigger ] && wanted=0 || wanted=${setting#*=}
		value_is "${setting%=*}" "$wanted"
	done
	expect_pass
	sysctl -p "$scratch/before.conf" > "$out" 2>&1 || fault "not back: $(cat "$out")"
	expect_pass
	expect_silence
}

# What has no meaning is told what to use.  (Boot parameters are in scripts/tests.)
hidden()
{
	echo "lkrg.hide = 1" > "$scratch/hide.conf"
	sysctl -p "$scratch/hide.conf" > "$out" 2>&1 && fault "taken"
	value_is hide 0
	read_log
	line="lkrg.hide: has no meaning in tree, use nothing: the guard is part of the kernel"
	grep -qx "LKRG: ISSUE: $line, nothing changed" "$log" || fault "no line that says so"
	expect_silence
}

need_root
guard_is_on || skip_all "lkrg is not enabled (lsm=)"
prepare_attacks
say_what_is_expected
ktap_set_plan 18

run_test "policy-kint_enforce" policy
run_test "policy-interval, twice" policy_again
run_test "policy-booted" booted_again
run_test "block_modules" blocked
run_test "patch" patched
run_test "log_level" log_level
run_test "tracepoint" tracepoint
run_test "audit" audit
run_test "a silenced log" silenced
run_test "reports that are held" held
run_test "changes of settings" changes
run_test "no addresses" no_addresses
run_test "a file of the module" file_of_module
run_test "hide" hidden
run_test "a storm of reports" storm
run_test "taint" taint
run_test "measurements" measured
sum_of_reports
ktap_finished
