#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever a thief does next: each attack on a task from the table in
# attacks.txt, followed by each of seven things that everybody may do.
#
# Left out are attacks of which others make use than the thief, or other calls.
#
# With lkrg enabled the very first of them has to be refused and the process to
# be killed; who only sleeps is found in the next pass.  Without it this is the
# control: attack and use have to work.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

uses="public own-mkdir fork-public shell seccomp-public exec-public sleep"

# Where it is found depends on the use, and whether something is refused there.
stopped_somewhere()
{
	case $report in
	*"; at commit_creds" | *"; at override_creds" | *"; at syscall" | \
	*"; at switch_task_namespaces")
		where=${report##*; at } ;;
	*)
		where='[a-z_]+' ;;
	esac
	report=${report%; at *}
	[ "$status" = "$SIGKILLED" ] ||
		fault "exit status $status instead of $SIGKILLED: $(said)"
	! grep -q '^used: ' "$out" || fault "it worked: $(said)"
	files_are_unchanged || fault "a file was changed or made"
	wait_until 10 are_gone || fault "sharers of the memory are alive: $others"
	# Any thread may be found first.
	who="Task: (attack_victim|sh)\[[0-9]+/$tgid\]"
	expect_report "$who: $report; at $where: (refused, )?process killed"
}

# Without the guard: commit_creds() insists on there being one credential.
is_deadly()
{
	case "$attack $use" in
	cred-only*shell | cred-real*shell | override-*shell) ;;
	cred-only*exec* | cred-real*exec* | override-*exec*) ;;
	*) return 1 ;;
	esac
}

try()
{
	title="$attack $use"
	[ "$prepared" = - ] || title="$title ($prepared)"
	if [ "$guard" = off ] && is_deadly; then
		ktap_test_skip "$title: the kernel dies of execve() with two credentials"
		return
	fi
	problem=
	mark
	thief "$prepared" "$attack" "$use"
	if [ "$status" = "$KSFT_SKIP" ]; then
		ktap_test_skip "$title: $(said)"
		return
	fi
	if [ "$guard" = on ]; then
		stopped_somewhere
	else
		use_worked || fault "attack failed: status $status: $(said)"
		expect_silence
	fi
	kill_others
	verdict "$title"
}

# The same use, by somebody who stole nothing
try_honest()
{
	title="none $use"
	problem=
	mark
	thief - none "$use"
	use_worked || fault "refused: status $status: $(said)"
	expect_silence
	verdict "$title"
}

need_root
prepare_attacks
read_table

# Each attack once, as it was prepared, but inside of another root there is no
# shell: own-fs is the same outside of it, and fs-root would change nothing.
# What exec-euid, commit-caps and ticket-setuid change is only there in one system
# call.  Of what others use, dumpable and that of a worker, these are no uses.  Who is
# in many groups is not looked at each time, without ids there are no files to be made,
# and memory is not for all uses.
sed -E -e '/^(#|exec-|commit-caps|ticket-|hide-|dumpable|worker-|fs-root)/d' \
	-e '/\|(groups|segment|userns-net)\|/d' \
	-e '/\|(pass|early|hidden|loaded|lying|mapped|foreign|hooked|compiled)\|/d' \
	-e 's/\|chroot\|/|-|/' "$scratch/attacks" |
	awk -F '|' '!seen[$1 "|" $2]++' > "$scratch/matrix"

say_what_is_expected
set -- $uses
ktap_set_plan $(($# * (1 + $(wc -l < "$scratch/matrix")) + 1))

for use in $uses; do
	try_honest
done
while IFS='|' read -r attack prepared use expected twin <&3; do
	for use in $uses; do
		expand_report "$expected"
		try
	done
done 3< "$scratch/matrix"
sum_of_reports
ktap_finished
