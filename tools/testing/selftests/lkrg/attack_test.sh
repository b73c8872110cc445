#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Attacks on what tasks are guarded for (credentials, namespaces, root, seccomp,
# tracer, who may look into them, the lists they are in), on the kernel image and
# on modules, and their benign twins, from the table in attacks.txt.  Beside the table: what
# the knobs pint_enforce and pint_validate change, who hides from the guard
# itself, and those that are reported but not killed.
#
# With lkrg enabled each attack has to be stopped and reported, once, with the
# words of the table, and each twin has to work in silence.  Without it this is
# the control: each attack has to work, or the test with the guard proves
# nothing.  In both cases the use that an attack makes possible has to be
# refused without the attack.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

# === Attacks on a task ===

task_attack()
{
	problem=
	mark
	thief "$prepared" none "$use"
	if [ "$status" = "$KSFT_SKIP" ]; then
		ktap_test_skip "$title: $(said)"
		return
	fi
	[ "$status" = 1 ] ||
		fault "without the attack: status $status: $(said)"
	expect_silence

	mark
	thief "$prepared" "$attack" "$use"
	if [ "$guard" = on ]; then
		expect_stopped
	else
		use_worked || fault "attack failed: status $status: $(said)"
		expect_silence
	fi
	kill_others
	verdict "$title"
}

task_twin()
{
	problem=
	mark
	if sleeps "$use"; then
		sleeping_victim none "$twin" "$use"
	else
		victim "$twin" "$use"
	fi
	if [ "$status" = "$KSFT_SKIP" ]; then
		ktap_test_skip "$title: twin $twin: $(said)"
		return
	fi
	use_worked || fault "refused: status $status: $(said)"
	expect_silence
	verdict "$title: twin $twin"
}

# === Attacks on the image of the kernel ===

# Function tracing patches the function that is attacked, beside the change.
can_trace_function()
{
	have_tracing && grep -qw function "$TRACING/available_tracers" &&
		echo "$1" > "$TRACING/set_ftrace_filter"
}

can_trace()
{
	can_trace_function kernel_halt
}

can_trace_module()
{
	can_trace_function lkrg_attack_idle
}

do_trace()
{
	for tracer in function nop; do
		echo "$tracer" > "$TRACING/current_tracer" || fault "no tracing"
	done
	echo > "$TRACING/set_ftrace_filter"
}

do_trace_module()
{
	do_trace
}

# A static key, which lies all over the scheduler.
can_schedstats()
{
	[ -w /proc/sys/kernel/sched_schedstats ]
}

do_schedstats()
{
	was=$(cat /proc/sys/kernel/sched_schedstats)
	for value in $((1 - was)) "$was"; do
		echo "$value" > /proc/sys/kernel/sched_schedstats ||
			fault "no schedstats"
	done
}

expect_finding()
{
	expect_pass
	expect_report "Kernel: $report; logged"
	shown=$(alerts | sed 's/.* DETECT: \(.*\); logged/Still there: \1/')
	grep -qxF "$shown" "$STATE/status" || fault "not in status: $shown"
}

# Afterwards nothing is left of it.
expect_clean_pass()
{
	expect_pass
	grep '^Still there' "$STATE/status" > "$scratch/left" &&
		fault "still in status: $(cat "$scratch/left")"
}

# What was reported is not reported again as long as it is the same.  The argument is how
# much that is, if it is not one thing.
expect_mention()
{
	before="still changed: reported before: ${1:-1}"
	read_log
	[ "$(alerts)" = "LKRG: ALERT: DETECT: Kernel: $before; logged" ] ||
		fault "not mentioned once: $(alerts)"
}

# In $report, for what the module says that it changed
expect_change()
{
	changed=$(what_was_changed)
	echo "$changed" |
		grep -Eq '^[^ ]+\+0x[^ ]+( \[[^ ]+\])?: [0-9a-f ]+ -> [0-9a-f ]+$' ||
		fault "the module does not say what it changed: $changed"
	before=${changed#*: }
	[ "${before%% ->*}" != "${changed##*-> }" ] ||
		fault "nothing was changed: $changed"
	report=$(echo "$changed" | sed 's/[][+.]/[&]/g')
	report=$(printf '%s\n' "$pattern" | sed "s,CHANGED,$report,")
}

# Argument: what undoes it
undo_attack()
{
	mark
	request "$1"
	[ -z "$(what_was_changed)" ] || fault "not restored"
	[ "$guard" = off ] || expect_clean_pass
	expect_silence
	verdict "$title"
}

image_attack()
{
	problem=
	mark
	request "$attack"
	expect_change
	if [ "$guard" = on ]; then
		expect_finding
		# Honest patching must not make the guard believe what it sees.
		if "can_$twin"; then
			mark
			"do_$twin"
			expect_pass
			expect_mention
		fi
	fi

	undo_attack "${attack%%-*}-restore"
}

# === Modules that do it while they are loaded, or hide later ===

is_listed()
{
	grep -q '^lkrg_attack ' /proc/modules
}

# The module is seen where it was, and nothing is to be said about it any more.
show_again()
{
	mark
	request module-show
	is_listed || fault "not restored"
	[ "$guard" = off ] || expect_clean_pass
	expect_silence
	verdict "$title"
}

module_attack()
{
	problem=
	mark
	is_listed || fault "not in /proc/modules without the attack"
	request "$attack"
	is_listed && fault "still in /proc/modules"
	[ "$guard" = off ] || expect_finding
	show_again
}

is_hidden()
{
	! is_listed
}

# Argument: after how many seconds the module does it by itself
load_again()
{
	problem=
	if [ "$attacks_loaded" != yes ]; then
		ktap_test_skip "$title: somebody else has loaded the module"
		return 1
	fi
	if ! unload_attacks; then
		fault "the module stays"
		verdict "$title"
		return 1
	fi
	mark
	load_attacks "$DIR/test_modules" "hide=$attack" "hide_after=$1" ||
		fault "$load_error"
}

early_attack()
{
	load_again 0 || return
	expect_change
	[ "$guard" = off ] || expect_finding
	undo_attack "${attack%%-*}-restore"
}

loaded_attack()
{
	load_again "$prepared" || return
	wait_until $((prepared + 30)) is_hidden || fault "still in /proc/modules"
	[ "$guard" = off ] || expect_finding
	show_again
}

answers()
{
	true 2> /dev/null < "$DEVICE"
}

# What it says about itself is no longer so.  While it seems to be about to go nobody can
# ask it for more.
lying_attack()
{
	if [ "$attack" = module-hide-bounds ] && [ "$(wc -l < /proc/modules)" -gt 1 ]; then
		ktap_test_skip "$title: it would hide others as well"
		return
	fi
	problem=
	mark
	request "$attack"
	[ "$guard" = off ] || expect_finding
	wait_until 30 answers || fault "it does not answer"
	show_again
}

# === Page tables ===

mapping_attack()
{
	problem=
	mark
	request "$attack"
	changed=$(what_was_changed)
	echo "$changed" | grep -Eq '^[1-9][0-9]* pages: [a-z]+$' ||
		fault "the module does not say what it changed: $changed"
	[ "$guard" = off ] || expect_finding
	undo_attack mapping-restore
}

# Argument: what undoes it.  Until then each pass finds it, and none afterwards.
found_until()
{
	if [ "$guard" = on ]; then
		expect_finding
		mark
		expect_pass
		expect_mention
	fi
	undo_attack "$1"
}

# === Memory that code is in ===

memory_attack()
{
	problem=
	mark
	request "$attack"
	changed=$(what_was_changed)
	echo "$changed" | grep -Eq '^[1-9][0-9]* pages: [a-z ]+$' ||
		fault "the module does not say what it changed: $changed"
	report=$(printf '%s\n' "$report" | sed "s/CHANGED/$changed/")
	found_until memory-restore
}

# === Where hooks lead ===

hook_attack()
{
	problem=
	mark
	request "$attack"
	changed=$(what_was_changed)
	echo "$changed" | grep -Eq '^[a-z_]+ -> ' ||
		fault "the module does not say what it changed: $changed"
	changed=$(echo "$changed" | sed 's/[][+.]/[&]/g')
	report=$(printf '%s\n' "$report" | sed "s,CHANGED,$changed,")
	found_until hook-restore
}

# === Honest changes of the image ===

image_twin()
{
	problem=
	if ! "can_$twin"; then
		ktap_test_skip "$title: twin $twin is not in this kernel"
		return
	fi
	mark
	if [ "$guard" = on ]; then
		pokes=$(statistic pokes)
		"do_$twin"
		[ "$(statistic pokes)" -gt "$pokes" ] ||
			fault "the kernel was not patched"
		expect_pass
	else
		"do_$twin"
	fi
	expect_silence
	verdict "$title: twin $twin"
}

# === Beside the table ===

ATTACK_UID=1000

# Arguments: the function that tests it, the title
guard_test()
{
	title=$2
	if [ "$guard" = off ]; then
		ktap_test_skip "$title: lkrg is not enabled"
		return
	fi
	problem=
	mark
	"$1"
	verdict "$title"
}

knob()
{
	set_knob "$1" "$2" || fault "$1 cannot be set"
}

# The same attack, when the guard is asked to look on.
log_only()
{
	knob pint_enforce 0
	victim cred-fsuid open
	use_worked || fault "not let through: status $status: $(said)"
	report="credential overwritten: fsuid 1000 -> 0; at file_open: logged"
	expect_report "Task: attack_victim\[$task\]: $report"
	knob pint_enforce 1
}

# Nobody is stopped.  But what honest tasks change meanwhile they may keep, and
# what a thief took is not his when the guard looks again.
look_away()
{
	knob pint_validate 0
	victim cred-fsuid open
	use_worked || fault "not let through: status $status: $(said)"
	expect_silence

	mark
	start_sleeper suid sleep-open
	knob pint_validate 1
	expect_pass
	wake_sleeper
	use_worked || fault "refused: status $status: $(said)"
	expect_silence

	mark
	knob pint_validate 0
	start_sleeper cred-fsuid sleep-open
	knob pint_validate 1
	expect_silence
	wake_sleeper
	report="credential overwritten: fsuid 1000 -> 0; at file_open"
	expect_stopped
}

# One task opens a file, and another one, which only sleeps, is found.
look_at_all()
{
	start_sleeper cred-fsuid sleep-open
	before=$(statistic pass_requested)
	: < "$work/public"
	[ "$(statistic pass_requested)" = "$before" ] ||
		fault "a pass without pint_validate=3"
	expect_silence
	knob pint_validate 3
	: < "$work/public"
	wait_until 10 reported
	knob pint_validate 1
	wake_sleeper
	report="credential overwritten: fsuid 1000 -> 0; at pass"
	expect_stopped
}

# Each field once, with all of the credential that differ by then, whether it is used or
# a pass looks
log_each_field()
{
	knob pint_enforce 0
	mkfifo "$scratch/go" || fault "no fifo"
	# Open all the time, so that each line is read, and once.
	exec 4<> "$scratch/go"
	# What it does takes no other process, which would have a copy.
	sh -c 'for change in flags cred-cap_inheritable cred-cap_ambient fs-pwd; do
		echo "$change" > "$1"
		: < "$2/public"
		: < "$2/public"
		read -r _ <&4
	done' sh "$DEVICE" "$work" &
	caps="0x0 -> 0x[0-9a-f]+"
	for report in "state changed: flags $caps" \
			"credential overwritten: cap_inheritable $caps" \
			"credential overwritten: cap_inheritable $caps, cap_ambient $caps" \
			"state changed: flags $caps, pwd changed"; do
		expect_report "Task: sh\[[0-9]+/[0-9]+\]: $report; at [a-z_]+: logged"
		mark
		pass_twice
		expect_silence
		mark
		echo >&4
	done
	wait $!
	exec 4>&-
	expect_silence
	rm "$scratch/go"
	knob pint_enforce 1
}

# Beside the lists of the kernel is that of the guard, which without it is not.
hide_from_guard()
{
	for attack in hide-record hide-owner; do
		mark
		# Whoever seems to be meant, the right ones have to die.
		start_sleeper -p sharer "$attack" sleep
		expect_pass
		wait_until 10 reported
		wake_sleeper
		report="task hidden: from the inventory; at pass"
		expect_stopped
	done
	attack=hide-record-pid
	mark
	start_sleeper "$attack" sleep-unfound
	expect_pass
	wait_until 10 reported
	wake_sleeper
	expect_stopped
}

many_are_reported()
{
	read_log
	[ "$(alerts | grep -c "DETECT: Kernel: $kind foreign: .*; logged\$")" = 16 ]
}

# There are 20.  For 16 there is room, and the others count.
more_than_there_is_room_for()
{
	for kind in memory hook; do
		mark
		request "$kind-many"
		expect_pass
		reports_expected=$((reports_expected + 16))
		wait_until 10 many_are_reported || fault "not 16: $(alerts)"
		mark
		expect_pass
		expect_mention 16
		[ "$(statistic pass_last_violations)" = 20 ] ||
			fault "$(statistic pass_last_violations) $kind violations"
		[ "$(grep -c "^Still there: Kernel: $kind foreign" "$STATE/status")" = 16 ] ||
			fault "not 16 in status"
		grep -qx 'Still there: and 4 more' "$STATE/status" ||
			fault "nothing of the others in status"
		mark
		request "$kind-many-restore"
		expect_clean_pass
		expect_silence
	done
}

# How far behind the kernel's text that of the module is
distance()
{
	text=$(sed -n 's/^ffffffff\([0-9a-f]*\) . _text$/\1/p' /proc/kallsyms)
	module=$(sed 's/^0xffffffff//' /sys/module/lkrg_attack/sections/.text)
	printf '0x%x\n' $(((0x$module & ~0xfff) - 0x$text))
}

# Then the kernel has a module that the guard does not know.
hide_module_from_guard()
{
	mark
	from=$(distance)
	request module-hide-entry
	report="module hidden: lkrg_attack, [0-9]+ bytes, text from _text\+$from to"
	report="$report \+0x[0-9a-f]+: from the inventory"
	expect_finding
	mark
	request module-show
	expect_pass
	expect_silence
}

# Nor is it where those are that the guard asks whether it knows all.
hide_module_from_both()
{
	mark
	request module-hide-entry
	request module-hide-sysfs
	report="module hidden: lkrg_attack, [0-9]+ bytes, text from _text\+0x[0-9a-f]+"
	report="$report to \+0x[0-9a-f]+: from the inventory"
	expect_finding
	mark
	request module_text-flip
	changed=$(what_was_changed)
	expect_pass
	read_log
	reports_expected=$((reports_expected + 1))
	alerts | grep -qF "DETECT: Kernel: text changed: $changed; logged" ||
		fault "its text is not looked at: $(alerts)"
	mark
	request module_text-restore
	request module-show
	expect_pass
	expect_silence
}

# Then its text belongs to nobody, and what leads there leads nowhere.
hide_text_from_guard()
{
	mark
	request module-hide-place
	expect_pass
	read_log
	reports_expected=$((reports_expected + $(alerts | wc -l)))
	alerts | grep "memory foreign: .* \[lkrg_attack\], [0-9]* pages: executable; logged\$" \
		> "$scratch/found" || fault "not found: $(alerts)"
	alerts | grep -v "Kernel: \(memory\|hook\) foreign: .*\[lkrg_attack\]" \
		> "$scratch/others" &&
		fault "other report: $(cat "$scratch/others")"
	mark
	request module-show
	expect_pass
	expect_silence
}

# Functions that could be asked are hooked, and say that there is nothing to be found.
ask_liars()
{
	mark
	request lie
	request hook-kprobe
	report="hook foreign: kprobe of kernel_power_off\+0x[0-9a-f]+/0x[0-9a-f]+: pre_handler"
	report="$report -> .+"
	expect_finding
	request hook-restore
	mark
	request module-hide-text
	report="module hidden: lkrg_attack, .*: from the address tree"
	expect_finding
	mark
	request module-show
	expect_clean_pass
	request lie-restore
	expect_silence
}

# What was found once is what counts, whoever calls the functions that find it.
learn_again()
{
	for kind in text rodata; do
		mark
		request "$kind-flip"
		changed=$(what_was_changed)
		request baselines
		expect_pass
		report=$(echo "$changed" | sed 's/[][+.]/[&]/g')
		expect_report "Kernel: $kind changed: $report; logged"
		mark
		request "$kind-restore"
		expect_clean_pass
		expect_silence
	done
}

sleeper_is()
{
	grep -qs "^Uid:.*[^0-9]$1\$" "$sleeper_status"
}

# Who stops a kernel thread does not wait until it has been taken off the lists.
sleeper_is_gone()
{
	[ ! -e "$sleeper_status" ]
}


# The first process of a pid namespace, which there cannot be signalled when it hides.
container()
{
	rm -f "$scratch/found" "$scratch/hidden"
	unshare -p -f sh -c "${1:+echo $1 > $DEVICE}
		kill -0 \$\$ 2> /dev/null && : > $scratch/found || : > $scratch/hidden
		sleep 60 & wait" &
	outside=$!
	wait_until 10 [ -e "$scratch/${2}" ] || fault "it is not $2"
	inside=$(grep -lx "PPid:.$outside" /proc/[0-9]*/status | cut -d / -f 3)
	[ "$guard" = off ] || expect_pass
}

hide_in_container()
{
	title="hide-container"
	problem=
	mark
	if ! unshare -p -f true; then
		ktap_test_skip "$title: no pid namespaces"
		return
	fi
	container "" found
	kill -KILL "$inside" || fault "it was killed"
	wait "$outside" 2> /dev/null
	expect_silence

	mark
	container hide-container hidden
	if [ "$guard" = on ]; then
		report="task hidden: from the pid table; at pass: process killed"
		expect_report "Task: sh\[$inside/$inside\]: $report"
	else
		kill -KILL "$inside"
	fi
	wait "$outside" 2> /dev/null
	mark
	[ "$guard" = off ] || expect_pass
	expect_silence
	verdict "$title"
}

# What anybody may do with what is his own is refused to a thief as well.
gate()
{
	title="cred-fsuid $1 (things)"
	problem=
	mark
	victim -p things none "$1"
	use_worked || fault "without the attack: status $status: $(said)"
	expect_silence

	mark
	attack=cred-fsuid
	victim -p things "$attack" "$1"
	if [ "$guard" = on ]; then
		report="credential overwritten: fsuid 1000 -> 0; at $2"
		expect_stopped
	else
		use_worked || fault "status $status: $(said)"
	fi
	verdict "$title"
}

# Kernel threads are not killed, nor asked: one that slept through two passes
# with a credential that is not its own is reported, once.
kernel_thread()
{
	title="kthread-fsuid"
	problem=
	mark
	request kthread-start
	sleeper_status=$(grep -ls '^Name:.lkrg_sleeper$' /proc/[0-9]*/status)
	sleeper_is 0 || fault "no kernel thread: $sleeper_status"
	pass_twice
	expect_silence

	mark
	request kthread-fsuid
	sleeper_is "$ATTACK_UID" || fault "the credential was not changed"
	if [ "$guard" = on ]; then
		pass_twice
		report="credential overwritten: fsuid 0 -> $ATTACK_UID; at pass: logged"
		expect_report "Task: lkrg_sleeper\[[0-9]+/[0-9]+\]: $report"
		mark
		pass_twice
	fi
	expect_silence
	sleeper_is "$ATTACK_UID" || fault "the kernel thread was stopped"
	request kthread-stop
	wait_until 10 sleeper_is_gone || fault "the kernel thread stays"
	verdict "$title"
}

# Process 1 is not killed: all others would die of it.
first_process()
{
	request init-fsuid
	grep -q "^Uid:.*[^0-9]$ATTACK_UID\$" /proc/1/status ||
		fault "the credential was not changed"
	expect_pass
	wait_until 10 reported
	request init-restore
	report="credential overwritten: fsuid 0 -> $ATTACK_UID"
	expect_report "Task: .*\[1/1\]: $report; at ([a-z_]+: refused|pass: logged)"
	mark
	expect_pass
	expect_silence
}

# Nobody probes the guard, and nobody traces it, so nobody live-patches it.
own_text()
{
	title="probe-guard"
	problem=
	mark
	victim probe-guard pass
	if [ "$guard" = off ]; then
		[ "$status" = 0 ] || fault "$(said)"
	elif [ "$status" = 0 ] || ! said | grep -q 'Invalid argument'; then
		fault "not refused: $(said)"
	fi
	list=$TRACING/available_filter_functions_addrs
	if have_tracing && [ -e "$list" ]; then
		first=$(symbols lkrg_text_first)
		last=$(symbols lkrg_text_last)
		[ -n "$first" ] && [ -n "$last" ] || fault "text of lkrg not found"
		traced=$(awk -v first="x${first#*=0x}" -v last="x${last#*=0x}" \
			'"x" $1 >= first && "x" $1 < last
			NF == 2 && $2 ~ /^(__)?lkrg_/
			$2 == "kernel_halt" { others = 1 }
			END { if (!others) print "no other functions" }' "$list")
		[ -z "$traced" ] || fault "what can be traced: $traced"
	fi
	# Some of its functions have to be with what they look at.
	if have_tracing && [ -e "$TRACING/kprobe_events" ]; then
		for function in lkrg_visit_kprobes lkrg_visit_proc lkrg_visit_super; do
			! echo "p:lkrg_test/$function $function" \
				2> "$scratch/others" > "$TRACING/kprobe_events" ||
				fault "a kprobe in $function"
		done
	fi
	expect_silence
	verdict "$title"
}

pass_twice()
{
	[ "$guard" = on ] || return 0
	expect_pass
	expect_pass
}

# === Main ===

need_root
prepare_attacks
read_table
rows=$(wc -l < "$scratch/attacks")
left_out=$(grep -c '^#' "$scratch/attacks")
twinless=$(grep -c '|-$' "$scratch/attacks")

say_what_is_expected
# Uses, and where they are refused
gates="bind:socket_bind connect:socket_connect ioprio:task_setioprio
	listen:socket_listen log:syslog messages:socket_sendmsg mmap:mmap_file
	mprotect:file_mprotect owner:file_fcntl owner-ioctl:file_ioctl
	prctl:prctl queue:msg_queue_msgctl
	receive:file_receive renice:task_setnice rlimit:task_setrlimit
	scheduler:task_setscheduler semaphore:ipc_permission semaphores:sem_semctl
	send:socket_sendmsg traceme:ptrace_traceme xattr:inode_getxattr"
# shellcheck disable=SC2086
ktap_set_plan $((2 * rows - left_out - twinless + 16 + $(echo $gates | wc -w)))

while IFS='|' read -r attack prepared use report twin <&3; do
	case $attack in
	\#*)
		ktap_test_skip "${attack#\#}"
		continue
		;;
	esac
	title="$attack $use"
	[ "$prepared" = - ] || title="$title ($prepared)"
	if [ "$use" = hidden ]; then
		module_attack
	elif [ "$use" = loaded ]; then
		loaded_attack
	elif [ "$use" = early ]; then
		pattern=$report
		early_attack
	elif [ "$use" = lying ]; then
		lying_attack
	elif [ "$use" = mapped ]; then
		mapping_attack
	elif [ "$use" = foreign ]; then
		memory_attack
	elif [ "$use" = hooked ]; then
		hook_attack
	elif [ "$use" = compiled ]; then
		pattern=$report
		victim -p "$prepared" code-prepare pass
		[ "$guard" = off ] || run_pass
		image_attack
		image_twin
	elif [ "$use" = pass ]; then
		pattern=$report
		image_attack
		image_twin
	else
		expand_report "$report"
		task_attack
		[ "$twin" = - ] || task_twin
	fi
done 3< "$scratch/attacks"

guard_test log_only "cred-fsuid open with pint_enforce=0"
guard_test log_each_field "flags, credentials and fs-pwd with pint_enforce=0"
guard_test look_away "cred-fsuid open and sleep-open with pint_validate=0"
guard_test look_at_all "cred-fsuid sleep-open with pint_validate=3"
guard_test hide_from_guard "hide-record, hide-owner and hide-record-pid sleep"
guard_test hide_module_from_guard "module-hide-entry"
guard_test hide_module_from_both "module-hide-entry and module-hide-sysfs"
guard_test hide_text_from_guard "module-hide-place"
guard_test ask_liars "lie, with hook-kprobe and module-hide-text"
guard_test learn_again "text-flip and rodata-flip, and baselines"
guard_test first_process "init-fsuid"
guard_test more_than_there_is_room_for "memory-many and hook-many"
for gate in $gates; do
	gate "${gate%:*}" "${gate#*:}"
done
hide_in_container
kernel_thread
own_text
sum_of_reports
ktap_finished
