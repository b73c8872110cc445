# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests with attacks have in common.  Sourced after functions.sh.

SIGKILLED=137

# === What an ordinary user does ===

secret="secret of $$"

make_files()
{
	rm -rf "$work/renamed" "$work/own"
	for file in secret grouped denied public; do
		echo "$secret" > "$work/$file"
	done
	echo unchanged > "$work/file"
	mkdir "$work/own"
	chmod 0777 "$work/own"
	chown 0:2000 "$work/denied"
	chown 0:2001 "$work/grouped"
	chmod 0640 "$work/secret" "$work/grouped"
	chmod 0604 "$work/denied"
	chmod 0644 "$work/public"
	chmod 0600 "$work/file"
}

# What the uses would change, make, rename, remove or make setuid.
files_are_unchanged()
{
	[ -f "$work/file" ] && [ ! -u "$work/file" ] &&
		[ ! -e "$work/renamed" ] &&
		[ -z "$(ls "$work/own")" ]
}

run_victim()
{
	("$work/attack_victim" -d "$work" "$@" > "$out" 2>&1
	exit $?) 2> /dev/null
}

# Sets $status, $task (TID/TGID) and $others (who shares its memory).
victim()
{
	files_are_unchanged || make_files
	run_victim "$@" < /dev/null
	status=$?
	read -r _ tid tgid others < "$out"
	task=$tid/$tgid
}

# It sleeps for a while, and not only until somebody gives up a lock.
sleeps_or_died()
{
	for look in 1 2 3; do
		kill -0 "$sleeper" 2> /dev/null || return 0
		read -r _ tid tgid others < "$out"
		# Who hides is ready.
		[ -z "$tgid" ] || [ -e "/proc/$tgid" ] || return 0
		grep -q '^State:.S' "/proc/$tgid/status" 2> /dev/null || return 1
		sleep 0.1
	done
}

# The same, with a victim that sleeps until it is woken up.
start_sleeper()
{
	files_are_unchanged || make_files
	: > "$out"
	run_victim "$@" < /dev/null &
	sleeper=$!
	wait_until 30 sleeps_or_died || fault "it does not sleep: $(said)"
	read -r _ tid tgid others < "$out"
	task=$tid/$tgid
}

wake_sleeper()
{
	kill -USR1 "$tgid" 2> /dev/null
	wait "$sleeper"
	status=$?
}

# Once it sleeps there is a pass.  The first argument is the attack, or none:
# without a report it is not to be disturbed before that had its time to come.
sleeping_victim()
{
	stolen=$1
	shift
	start_sleeper "$@"
	if [ "$guard" = on ]; then
		expect_pass
		[ "$stolen" = none ] || wait_until 10 reported
	fi
	wake_sleeper
}

sleeps()
{
	case $1 in
	sleep*) return 0 ;;
	esac
	return 1
}

# Arguments: what it is prepared as, the attack, the use
thief()
{
	if sleeps "$3"; then
		sleeping_victim "$2" -p "$1" "$2" "$3"
	else
		victim -p "$1" "$2" "$3"
	fi
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

expect_pass()
{
	run_pass || fault "the pass was not done"
}

# Arguments: title, command.  It says in $skipped why it cannot be done.
run_test()
{
	title=$1
	shift
	problem=
	skipped=
	mark
	"$@"
	if [ -n "$skipped" ]; then
		ktap_test_skip "$title: $skipped"
	else
		verdict "$title"
	fi
}

# === What anybody does ===

# How a report goes on when a sysctl is not written
not_by_anybody="by sh\[[0-9]+/[0-9]+\], who may not; refused"

# Arguments: file, value
write_as_user()
{
	"$DIR/inode_victim" run 1000 /bin/sh -c "printf %s '$2' > $1" 2> /dev/null
}

# === Attacks that are on nobody ===

request()
{
	victim "$1" pass
	[ "$status" = 0 ] || fault "$1: $(said)"
}

what_was_changed()
{
	cat /sys/module/lkrg_attack/parameters/changed
}

# === What is expected of the table in attacks.txt ===

ids="uid 1000 -> 0, gid 1000 -> 0, suid 1000 -> 0, sgid 1000 -> 0, \
euid 1000 -> 0, egid 1000 -> 0, fsuid 1000 -> 0, fsgid 1000 -> 0"

root_cred="$ids, cap_inheritable 0x0 -> 0x1f+, cap_permitted 0x0 -> 0x1f+, \
cap_effective 0x0 -> 0x1f+, cap_ambient 0x0 -> 0x1f+"

init_cred="$ids, cap_permitted 0x0 -> 0x1f+, cap_effective 0x0 -> 0x1f+, \
user changed, ucounts changed, group_info changed"

# $report, with what its abbreviations stand for.  The credential that a task
# should have may be gone when the pass comes.
expand_report()
{
	init=$init_cred
	! sleeps "$use" || init="($init_cred|fields unknown)"
	report=$(printf '%s\n' "$1" |
		sed -e "s/ROOT_CRED/$root_cred/" -e "s/INIT_CRED/$init/")
}

expect_stopped()
{
	[ "$status" = "$SIGKILLED" ] ||
		fault "exit status $status instead of $SIGKILLED: $(said)"
	! grep -q '^used: ' "$out" || fault "it worked: $(said)"
	files_are_unchanged || fault "a file was changed or made"
	wait_until 10 are_gone || fault "sharers of the memory are alive: $others"
	# A pass may find any thread first.
	case $report in
	*"; at pass")	who=[0-9]+/$tgid done="process killed" ;;
	*)		who=$task done="refused, process killed" ;;
	esac
	case $attack in
	worker-*)	comm=iou-wrk-$tgid ;;
	*)		comm=attack_victim ;;
	esac
	expect_report "Task: $comm\[$who\]: $report: $done"
}

kill_others()
{
	for pid in $others; do
		kill -9 "$pid" 2> /dev/null
	done
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

# === Start and end ===

cleanup()
{
	restore_knobs
	unload_attacks
	umount -l "$work" 2> /dev/null
	rm -rf "$work" "$scratch"
}

prepare_attacks()
{
	[ -x "$DIR/attack_victim" ] || skip_all "attack_victim is not built"

	work=$(mktemp -d) && scratch=$(mktemp -d) || exit "$KSFT_FAIL"
	trap cleanup EXIT
	trap 'exit 1' HUP INT TERM
	load_attacks "$DIR/test_modules" || skip_all "$load_error"
	out=$scratch/out
	log=$scratch/log

	# setuid has to work there
	mount -t tmpfs -o mode=0755 tmpfs "$work"
	chmod 0755 "$work"
	cp "$DIR/attack_victim" "$work/attack_victim"
	cp "$DIR/attack_victim" "$work/suid"
	chmod 0755 "$work/attack_victim"
	chmod 4755 "$work/suid"
	# Who runs that gains nothing.
	cp "$DIR/attack_victim" "$work/sgid"
	chgrp 1000 "$work/sgid"
	chmod 2755 "$work/sgid"
}

# Without comments; what is left out begins with "#".
read_table()
{
	sed -e '/^#\( \|$\)/d' -e '/^$/d' -e 's/ *| */|/g' \
		"$DIR/attacks.txt" > "$scratch/attacks"
}

say_what_is_expected()
{
	ktap_print_header
	if guard_is_on; then
		guard=on
		ktap_print_msg "lkrg is enabled: the attacks have to be stopped"
		# Refuse and report: the machine is not to panic, and the only
		# passes are those asked for.
		for setting in pint_validate=1 pint_enforce=1 \
				kint_validate=1 kint_enforce=1 interval=1800; do
			set_knob "${setting%%=*}" "${setting#*=}" ||
				ktap_exit_fail_msg "lkrg.$setting cannot be set"
		done
		reports_expected=0
		reports_at_start=$(statistic reports)
		lost_at_start=$(statistic reports_lost)
	else
		guard=off
		ktap_print_msg "lkrg is not enabled, this is the control:" \
			"the attacks have to work"
	fi
}
