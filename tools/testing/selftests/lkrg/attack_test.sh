#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Attacks on credentials and on the kernel image, and their benign twins, from
# the table in attacks.txt.
#
# With lkrg enabled each attack has to be stopped and reported, once, with the
# words of the table, and each twin has to work in silence.  Without it this is
# the control: each attack has to work, or the test with the guard proves
# nothing.  In both cases the use that an attack makes possible has to be
# refused without the attack.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"

SIGKILLED=137

# === What an ordinary user does ===

secret="secret of $$"

make_files()
{
	rm -f "$work/renamed"
	echo "$secret" > "$work/secret"
	echo "$secret" > "$work/denied"
	echo unchanged > "$work/file"
	chown 0:0 "$work/secret" "$work/file"
	chown 0:2000 "$work/denied"
	chmod 0640 "$work/secret"
	chmod 0604 "$work/denied"
	chmod 0600 "$work/file"
}

# Those uses that change it rename or remove it or make it setuid.
file_is_unchanged()
{
	[ -f "$work/file" ] && [ ! -u "$work/file" ]
}

# Sets $status, $task (TID/TGID) and $others (who shares its memory).
victim()
{
	file_is_unchanged || make_files
	("$work/attack_victim" -d "$work" "$@" > "$out" 2>&1 < /dev/null
	exit $?) 2> /dev/null
	status=$?
	read -r _ tid tgid others < "$out"
	task=$tid/$tgid
}

# A use that reads shows what it read, and only the secret will do.
use_worked()
{
	[ "$status" = 0 ] &&
		grep -Eqx "used: ($secret|done)" "$out"
}

said()
{
	grep -v '^victim ' "$out" | tr '\n' ' '
}

are_gone()
{
	for pid in $others; do
		[ ! -e "/proc/$pid" ] || grep -q '^State:.[ZX]' \
			"/proc/$pid/status" 2> /dev/null || return 1
	done
}

# === Verdicts: the first problem is kept ===

fault()
{
	problem=${problem:-$*}
}

expect_no_trouble()
{
	found=$(trouble)
	[ -z "$found" ] || fault "kernel log: $found"
}

expect_silence()
{
	read_log
	found=$(alerts | head -n 1)
	[ -z "$found" ] || fault "false report: $found"
	expect_no_trouble
}

reported()
{
	read_log
	alerts > /dev/null
}

# The argument is the one report that is to come.
expect_report()
{
	reports_expected=$((reports_expected + 1))
	wait_until 10 reported || fault "no report"
	if [ "$(alerts | wc -l)" -gt 1 ]; then
		fault "more than one report: $(alerts | tail -n 1)"
	elif ! alerts | grep -Eqx "LKRG: ALERT: DETECT: $1"; then
		fault "other report: $(alerts)"
	fi
	expect_no_trouble
}

verdict()
{
	if [ -n "$problem" ]; then
		ktap_print_msg "$1: $problem"
		ktap_test_fail "$1"
	else
		ktap_test_pass "$1"
	fi
}

# === Attacks on a credential ===

ids="uid 1000 -> 0, gid 1000 -> 0, suid 1000 -> 0, sgid 1000 -> 0, \
euid 1000 -> 0, egid 1000 -> 0, fsuid 1000 -> 0, fsgid 1000 -> 0"

root_cred="$ids, cap_inheritable 0x0 -> 0x1f+, cap_permitted 0x0 -> 0x1f+, \
cap_effective 0x0 -> 0x1f+, cap_ambient 0x0 -> 0x1f+"

init_cred="$ids, cap_permitted 0x0 -> 0x1f+, cap_effective 0x0 -> 0x1f+, \
user changed, ucounts changed, group_info changed"

expect_stopped()
{
	[ "$status" = "$SIGKILLED" ] ||
		fault "exit status $status instead of $SIGKILLED: $(said)"
	! grep -q '^used: ' "$out" || fault "it worked: $(said)"
	file_is_unchanged || fault "the file was changed"
	wait_until 10 are_gone || fault "sharers of the memory are alive: $others"
	expect_report "Task: attack_victim\[$task\]: $report: refused, process killed"
}

credential_attack()
{
	problem=
	mark
	victim -p "$prepared" none "$use"
	if [ "$status" = "$KSFT_SKIP" ]; then
		ktap_test_skip "$title: $(said)"
		return
	fi
	[ "$status" = 1 ] || fault "without the attack: status $status: $(said)"
	expect_silence

	mark
	victim -p "$prepared" "$attack" "$use"
	if [ "$guard" = on ]; then
		expect_stopped
	else
		use_worked || fault "attack failed: status $status: $(said)"
		expect_silence
	fi
	for pid in $others; do
		kill -9 "$pid" 2> /dev/null
	done
	verdict "$title"
}

credential_twin()
{
	problem=
	mark
	victim "$twin" "$use"
	if [ "$status" = "$KSFT_SKIP" ]; then
		ktap_test_skip "$title: twin $twin: $(said)"
		return
	fi
	use_worked || fault "refused: status $status: $(said)"
	expect_silence
	verdict "$title: twin $twin"
}

# === Attacks on the image of the kernel ===

request()
{
	victim "$1" pass
	[ "$status" = 0 ] || fault "$1: $(said)"
}

what_was_changed()
{
	cat /sys/module/lkrg_attack/parameters/changed
}

expect_pass()
{
	run_pass || fault "the pass was not done"
}

# Function tracing patches the function that is attacked, beside the change.
can_trace()
{
	have_tracing && grep -qw function "$TRACING/available_tracers" &&
		echo kernel_halt > "$TRACING/set_ftrace_filter"
}

do_trace()
{
	for tracer in function nop; do
		echo "$tracer" > "$TRACING/current_tracer" || fault "no tracing"
	done
	echo > "$TRACING/set_ftrace_filter"
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
}

image_attack()
{
	problem=
	mark
	request "$attack"
	changed=$(what_was_changed)
	echo "$changed" | grep -Eq '^[^ ]+\+0x[^ ]+: [0-9a-f ]+ -> [0-9a-f ]+$' ||
		fault "the module does not say what it changed: $changed"
	before=${changed#*: }
	[ "${before%% ->*}" != "${changed##*-> }" ] ||
		fault "nothing was changed: $changed"
	report=$(echo "$changed" | sed 's/[+.]/[&]/g')
	report=$(printf '%s\n' "$pattern" | sed "s,CHANGED,$report,")

	if [ "$guard" = on ]; then
		expect_finding
		# Honest patching must not make the guard believe what it sees.
		if "can_$twin"; then
			mark
			"do_$twin"
			expect_finding
		fi
	fi

	mark
	request "${attack%%-*}-restore"
	[ -z "$(what_was_changed)" ] || fault "not restored"
	[ "$guard" = off ] || expect_pass
	expect_silence
	verdict "$title"
}

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

# The same attack, when the guard is asked to look on.
log_only()
{
	title="cred-fsuid open with pint_enforce=0"
	if [ "$guard" = off ]; then
		ktap_test_skip "$title: lkrg is not enabled"
		return
	fi
	problem=
	old_enforce=$(cat "$KNOBS/pint_enforce")
	echo 0 > "$KNOBS/pint_enforce" || fault "pint_enforce cannot be set"
	mark
	victim cred-fsuid open
	use_worked || fault "not let through: status $status: $(said)"
	report="credential overwritten: fsuid 1000 -> 0; at file_open: logged"
	expect_report "Task: attack_victim\[$task\]: $report"
	echo "$old_enforce" > "$KNOBS/pint_enforce"
	verdict "$title"
}

# Nothing may come later, and nothing be reported where no test looked.
sum_of_reports()
{
	title="reports in all"
	if [ "$guard" = off ]; then
		ktap_test_skip "$title: lkrg is not enabled"
		return
	fi
	problem=
	mark
	expect_pass
	expect_silence
	reports=$(($(statistic reports) - reports_at_start))
	[ "$reports" = "$reports_expected" ] ||
		fault "$reports reports instead of $reports_expected"
	[ "$(statistic reports_lost)" = "$lost_at_start" ] ||
		fault "reports were lost"
	verdict "$title: $reports"
}

# === Main ===

cleanup()
{
	restore_knobs
	unload_attacks
	umount "$work" 2> /dev/null
	rm -rf "$work" "$scratch"
}

need_root
[ -x "$DIR/attack_victim" ] || skip_all "attack_victim is not built"
load_attacks "$DIR/test_modules" || skip_all "$load_error"

work=$(mktemp -d) && scratch=$(mktemp -d) || exit "$KSFT_FAIL"
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
out=$scratch/out
log=$scratch/log

# setuid has to work there
mount -t tmpfs -o mode=0755 tmpfs "$work"
chmod 0755 "$work"
cp "$DIR/attack_victim" "$work/attack_victim"
cp "$DIR/attack_victim" "$work/suid"
chmod 0755 "$work/attack_victim"
chmod 4755 "$work/suid"

sed -e '/^#\( \|$\)/d' -e '/^$/d' -e 's/ *| */|/g' "$DIR/attacks.txt" \
	> "$scratch/attacks"
attacks=$(grep -vc '^#' "$scratch/attacks")
left_out=$(grep -c '^#' "$scratch/attacks")

ktap_print_header
if guard_is_on; then
	guard=on
	ktap_print_msg "lkrg is enabled: the attacks have to be stopped"
	# Refuse and report: the machine is not to panic, and the only passes
	# are those asked for.
	for setting in pint_validate=1 pint_enforce=1 \
			kint_validate=3 kint_enforce=1 interval=1800; do
		set_knob "${setting%%=*}" "${setting#*=}" ||
			ktap_exit_fail_msg "lkrg.$setting cannot be set"
	done
	reports_expected=0
	reports_at_start=$(statistic reports)
	lost_at_start=$(statistic reports_lost)
else
	guard=off
	ktap_print_msg "lkrg is not enabled, this is the control: the attacks have to work"
fi
ktap_set_plan $((2 * attacks + left_out + 2))

while IFS='|' read -r attack prepared use report twin; do
	case $attack in
	\#*)
		ktap_test_skip "${attack#\#}"
		continue
		;;
	esac
	title="$attack $use"
	[ "$prepared" = - ] || title="$title ($prepared)"
	if [ "$use" = pass ]; then
		pattern=$report
		image_attack
		image_twin
	else
		report=$(printf '%s\n' "$report" |
			sed -e "s/ROOT_CRED/$root_cred/" -e "s/INIT_CRED/$init_cred/")
		credential_attack
		credential_twin
	fi
done < "$scratch/attacks"

log_only
sum_of_reports
ktap_finished
