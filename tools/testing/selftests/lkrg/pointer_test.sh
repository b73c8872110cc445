#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Pointers that rootkits swap: operations of files, sequences and inodes, netfilter
# hooks, notifiers, binary formats, protocols, terminals, timers and work items.  Each is
# led to code that nobody owns, which changes what somebody sees.
#
# With lkrg enabled the next pass has to report it, once, with what was changed;
# without it this is the control.  In both cases somebody has to see something else
# as long as the attack lasts, and only then.
#
# A module that registers the same in the regular way comes and goes while passes
# run, in silence.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

MODULE=$DIR/test_modules/lkrg_pointer.ko
PARAMETERS=/sys/module/lkrg_pointer/parameters
ROUNDS=5

# What is attacked, and what the report calls it.
attacks="
proc:proc entry version
seq:proc entry tcp
seq-table:proc entry tcp
iterate:file system proc
iterate-sysfs:file system sysfs
inode:file system [a-z]+
netfilter:netfilter ipv4 3
ingress:network device lo
notifier:notifier module_notify_list
validator:notifier inetaddr_validator_chain
binfmt:binfmt of .*
protocol:protocol TCP
ldisc:line discipline 0
tty:tty driver ttyLKRG
packets:packet type 2048
inet:IPv4 protocol 1
family:socket family 2
timer:timer of CPU [0-9]+
hrtimer:hrtimer of CPU [0-9]+
work:delayed work of CPU [0-9]+
"

# === What somebody sees, by the attack ===

see_proc()
{
	cat /proc/version
}

# Lines of sockets may come and go.
see_seq()
{
	head -n 1 /proc/net/tcp
}

see_seq_table()
{
	see_seq
}

see_iterate()
{
	ls /proc | grep -x version
}

see_iterate_sysfs()
{
	ls /sys
}

see_inode()
{
	stat -c %i / 2>&1
}

see_netfilter()
{
	ping -c 1 -W 1 127.0.0.1 > /dev/null 2>&1 && echo answer
}

see_ingress()
{
	see_netfilter
}

see_validator()
{
	ip addr add 127.0.0.77/32 dev lo 2>&1 && ip addr del 127.0.0.77/32 dev lo &&
		echo added
}

see_notifier()
{
	insmod "$DIR/test_modules/lkrg_idle.ko" 2>&1 && rmmod lkrg_idle && echo loaded
}

see_binfmt()
{
	("$scratch/garbage") 2>&1
}

# There nobody listens.
see_protocol()
{
	nc 127.0.0.1 9 < /dev/null 2>&1
}

see_ldisc()
{
	stty -F /dev/console 2>&1
}

see_tty()
{
	(: < /dev/ttyLKRG0) 2>&1
}

see_packets()
{
	seen=$(cat "$PARAMETERS/packets")
	ping -c 1 -W 1 127.0.0.1 > /dev/null 2>&1
	[ "$(cat "$PARAMETERS/packets")" -eq "$seen" ] || echo packets
}

see_inet()
{
	see_netfilter
}

# What is due counts, unless somebody else is called.
see_count()
{
	seen=$(cat "$PARAMETERS/$1")
	echo 1 > "$PARAMETERS/beat"
	[ "$(cat "$PARAMETERS/$1")" -eq "$seen" ] || echo counted
}

see_timer()
{
	see_count timers
}

see_hrtimer()
{
	see_count hrtimers
}

see_work()
{
	see_count works
}

see_family()
{
	see_protocol
}

see()
{
	"see_$(echo "$1" | tr - _)"
}

# === The test ===

load()
{
	insmod "$MODULE" $(symbols alloc_insn_page execmem_free \
		n_tty_ops net_families) 2>&1
}

attack()
{
	echo "$1" > "$PARAMETERS/attack"
}

pointer_attack()
{
	before=$(see "$attack")
	attack "$attack" || fault "the attack does not work"
	changed=$(cat "$PARAMETERS/changed")
	during=$(see "$attack")
	[ "$during" != "$before" ] || fault "nobody sees it: $during"
	if [ "$guard" = on ]; then
		expect_pass
		expect_report "Kernel: hook foreign: $what: $changed; logged"
		mark
		expect_pass
		expect_mention
	fi
	mark
	attack restore || fault "not restored"
	after=$(see "$attack")
	[ "$after" = "$before" ] || fault "$after instead of $before"
	[ "$guard" = off ] || expect_pass
	expect_silence
}

# What was reported is not reported again as long as it is the same.
expect_mention()
{
	before_that="still changed: reported before: 1"
	read_log
	[ "$(alerts)" = "LKRG: ALERT: DETECT: Kernel: $before_that; logged" ] ||
		fault "not mentioned once: $(alerts)"
}

come_and_go()
{
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		[ "$guard" = off ] || start_pass || fault "no pass can be triggered"
		load || fault "the module is not loaded"
		ls -lR /proc/lkrg_pointers > /dev/null || fault "nothing is registered"
		cat /proc/lkrg_pointers/* || fault "what is registered cannot be read"
		[ "$guard" = off ] || expect_pass
		[ "$guard" = off ] || start_pass || fault "no pass can be triggered"
		rmmod lkrg_pointer || fault "the module stays"
		[ "$guard" = off ] || expect_pass
	done
	expect_silence
}

# Entries of /proc and namespaces come and go between the pieces of a pass.
churn()
{
	while [ -e "$scratch/churn" ]; do
		load && rmmod lkrg_pointer
		unshare -n true
		mount -t tmpfs none "$scratch/mnt" && umount "$scratch/mnt"
	done > /dev/null
}

passes_meet_churn()
{
	mkdir "$scratch/mnt"
	: > "$scratch/churn"
	churn &
	for round in $(seq "$ROUNDS"); do
		if [ "$guard" = on ]; then
			expect_pass
		else
			sleep 1
		fi
	done
	rm "$scratch/churn"
	wait
	expect_silence
}

cleanup()
{
	rm -f "$scratch/churn"
	wait
	restore_knobs
	rmmod lkrg_pointer 2> /dev/null
	umount "$work"
	rm -rf "$scratch" "$work"
}

need_root
[ -e "$MODULE" ] || skip_all "lkrg_pointer.ko is not built"
work=$(mktemp -d) && scratch=$(mktemp -d) || exit "$KSFT_FAIL"
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
log=$scratch/log
mount -t tmpfs none "$work"
ip link set lo up 2> /dev/null
# Neither a program nor a script
head -c 64 /dev/zero | tr '\0' '\1' > "$scratch/garbage"
chmod 0755 "$scratch/garbage"

say_what_is_expected
ktap_set_plan $(($(echo "$attacks" | grep -c :) + 2 + 1))

run_test "registered in the regular way" come_and_go
run_test "while entries, namespaces and file systems come and go" passes_meet_churn
load || ktap_exit_fail_msg "lkrg_pointer.ko cannot be loaded"
while IFS=: read -r attack what <&3; do
	[ -z "$attack" ] || run_test "pointer-$attack" pointer_attack
done 3<<END
$attacks
END
sum_of_reports
ktap_finished
