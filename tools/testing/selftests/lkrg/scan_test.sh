#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Passes: what asks for them, how many there are of them however often somebody
# asks, and what becomes known when somebody stops them.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

# Columns of lkrg/triggers
seen()
{
	awk -v name="$1" '$1 == name { print $4 }' "$STATE/triggers"
}

asked()
{
	awk -v name="$1" '$1 == name { print $5 }' "$STATE/triggers"
}

# Arguments: trigger, events, how many of them asked.  Of its rate, which is in
# percent, that is within 5 sigma: by chance it is not, once in 1,700,000 times.
is_plausible()
{
	awk -v name="$1" -v events="$2" -v asks="$3" '$1 == name {
		wanted = events * $2 / 100
		variance = wanted * (1 - $2 / 100)
		if ((asks - wanted) * (asks - wanted) > 25 * variance)
			exit 1
	}' "$STATE/triggers"
}

quiet_pass()
{
	expect_pass
	sleep 1.1
}

# As fast as a shell can, for a second: one for the first, one for the others.
storm()
{
	quiet_pass
	before=$(statistic passes_started)
	end=$(($(cut -d. -f1 /proc/uptime) + 1))
	times=0
	while [ "$times" -lt 10000 ] && [ "$(cut -d. -f1 /proc/uptime)" -le "$end" ]; do
		for i in 1 2 3 4 5 6 7 8 9 10; do
			echo 1 > "$KNOBS/trigger"
		done
		times=$((times + 10))
	done
	took=$(($(cut -d. -f1 /proc/uptime) - end + 1))
	pass_wanted=$(statistic pass_requested)
	wait_until 60 pass_is_done || fault "the pass was not done"
	passes=$(($(statistic passes_started) - before))
	[ "$passes" -le $((took + 2)) ] ||
		fault "$passes passes for $times triggers in $took s"
	ktap_print_msg "$times triggers in about $took s: $passes passes"
	expect_silence
}

# Since the machine was started, of a second
hundredths()
{
	cut -d ' ' -f 1 /proc/uptime | tr -d .
}

# One for the first, one for the others, and one for each second that it takes.
at_once()
{
	quiet_pass
	before=$(statistic passes_started)
	took=$(hundredths)
	request event-storm
	# Passes are numbered: what asks later is not counted.
	pass_wanted=$(statistic pass_requested)
	took=$((($(hundredths) - took) / 100))
	wait_until 60 pass_is_done || fault "the pass was not done"
	passes=$((pass_wanted - before))
	[ "$passes" -le $((took + 2)) ] || fault "$passes passes in $took s"
	[ "$passes" -gt 0 ] || fault "no pass"
	expect_silence
}

# Arguments: trigger, how often, command.  It happened, and some of them asked.
fires()
{
	events=$(seen "$1")
	asks=$(asked "$1")
	"$3"
	[ -n "$skipped" ] && return
	events=$(($(seen "$1") - events))
	asks=$(($(asked "$1") - asks))
	[ "$events" -ge "$2" ] || fault "$1: $events events instead of $2"
	[ "$asks" -gt 0 ] || fault "$1: none of $events events has asked"
	is_plausible "$1" "$events" "$asks" ||
		fault "$1: $asks of $events events have asked"
	pass_wanted=$(statistic pass_requested)
	wait_until 30 pass_is_done || fault "$1: no pass came"
	expect_silence
}

by_writing()
{
	fires written 1 start_pass
}

a_hook()
{
	set_knob pint_validate 3 || fault "no pint_validate"
	: < /dev/null
	set_knob pint_validate 1
}

by_hook()
{
	fires hook 1 a_hook
}

a_module()
{
	[ -e "$DIR/test_modules/lkrg_idle.ko" ] || { skipped="no module"; return; }
	insmod "$DIR/test_modules/lkrg_idle.ko" && rmmod lkrg_idle || fault "no module"
}

by_module()
{
	fires module 2 a_module
}

a_cpu()
{
	cpu=/sys/devices/system/cpu/cpu1/online
	[ -w "$cpu" ] || { skipped="there is one CPU"; return; }
	echo 0 > "$cpu" && echo 1 > "$cpu" || fault "no hotplug"
}

by_hotplug()
{
	fires hotplug 2 a_cpu
}

suspend()
{
	{ [ -w /sys/power/pm_test ] && grep -qw core /sys/power/pm_test &&
		grep -qw mem /sys/power/state; } || { skipped="no suspend"; return; }
	echo 0 > /sys/module/suspend/parameters/pm_test_delay
	echo core > /sys/power/pm_test
	echo mem > /sys/power/state || fault "no suspend"
	echo none > /sys/power/pm_test
}

by_resume()
{
	fires resume 1 suspend
}

# 10 % of what happens twice in a suspend: none asks with a chance of 1:300,000.
many_suspends()
{
	tries=0
	while [ "$tries" -lt 60 ] && [ -z "$skipped" ]; do
		suspend
		tries=$((tries + 1))
	done
}

by_cpu_pm()
{
	fires cpu_pm 120 many_suspends
}

# The machine need not have the source: then it is the kernel's tracepoint that is
# called.
by_idle()
{
	fires idle 300000 idle_events
}

idle_events()
{
	request event-idle
}

by_cpufreq()
{
	fires cpufreq 2000 cpufreq_events
}

cpufreq_events()
{
	request event-cpufreq
}

acpi_event()
{
	request event-acpi
}

by_acpi()
{
	fires acpi 1 acpi_event
}

an_address()
{
	ip addr add 127.0.0.2/8 dev lo && ip addr del 127.0.0.2/8 dev lo ||
		fault "no address"
}

by_address()
{
	fires address 2 an_address
}

devices()
{
	tries=0
	while [ "$tries" -lt 600 ]; do
		ip link set lo down && ip link set lo up || fault "no device"
		tries=$((tries + 1))
	done
}

by_netdevice()
{
	fires netdevice 1200 devices
}

neighbours()
{
	probe=/proc/sys/net/ipv4/neigh/lo/delay_first_probe_time
	[ -w "$probe" ] || { skipped="no IPv4"; return; }
	was=$(cat "$probe")
	tries=0
	while [ "$tries" -lt 300 ]; do
		echo 7 > "$probe"
		tries=$((tries + 1))
	done
	echo "$was" > "$probe"
}

by_netevent()
{
	fires netevent 300 neighbours
}

# A host controller that leaves takes its bus along.
usb_bus()
{
	hcd=$(find /sys/bus/pci/drivers/uhci_hcd/ -name '0000:*' 2> /dev/null |
		head -n 1)
	[ -n "$hcd" ] || { skipped="no USB controller"; return; }
	tries=0
	while [ "$tries" -lt 5 ]; do
		echo "${hcd##*/}" > "${hcd%/*}/unbind" &&
			echo "${hcd##*/}" > "${hcd%/*}/bind" || fault "no USB bus"
		tries=$((tries + 1))
	done
}

by_usb()
{
	fires usb 20 usb_bus
}

# Rare ones: that they are counted must do.
counted()
{
	before=$(seen "$1")
	tries=0
	while [ "$tries" -lt 50 ]; do
		/bin/true
		tries=$((tries + 1))
	done
	# The last one may still be on its way.
	wait_until 10 grown "$1" "$((before + 50))" ||
		fault "$1: $(($(seen "$1") - before)) events of 50"
}

grown()
{
	[ "$(seen "$1")" -ge "$2" ]
}

by_exit()
{
	counted exit
	counted munmap
	fires exit 300000 many_exits
	fires munmap 300000 many_unmapped
}

many_exits()
{
	request event-exit
}

many_unmapped()
{
	request event-munmap
}

# Each level has what the one below has not.
levels()
{
	set_knob kint_validate 2 || fault "no kint_validate"
	before=$(seen exit)$(seen idle)$(seen munmap)
	/bin/true
	[ "$before" = "$(seen exit)$(seen idle)$(seen munmap)" ] ||
		fault "random events with kint_validate=2"
	fires module 2 a_module
	set_knob kint_validate 1
	before=$(seen module)
	a_module
	[ "$before" = "$(seen module)" ] || fault "module events with kint_validate=1"
	fires written 1 start_pass
	set_knob kint_validate 3
	counted exit
	expect_silence
}

# Nothing is learned while nobody looks, whatever happens.
not_learned()
{
	set_knob kint_validate 0
	request text-flip
	a_module
	a_cpu
	skipped=
	expect_pass
	expect_silence
	mark
	# Without events at random: one more pass would mention it.
	set_knob kint_validate 2
	expect_pass
	expect_report "Kernel: text changed: kernel_halt.*; logged"
	request text-restore
	mark
	expect_pass
	expect_silence
	set_knob kint_validate 3
}

# The same with nothing to verify at all.
off()
{
	set_knob kint_validate 0
	set_knob pint_validate 0
	# What something at random has asked for before still comes.
	pass_wanted=$(statistic pass_requested)
	wait_until 60 pass_is_done || fault "the last pass was not done"
	before=$(statistic passes_started)
	echo 1 > "$KNOBS/trigger"
	sleep 1.5
	[ "$(statistic passes_started)" = "$before" ] || fault "a pass"
	set_knob pint_validate 1
	set_knob kint_validate 3
	expect_pass
	expect_silence
}

periodic()
{
	set_knob interval 5
	periodic_passes 11 1
	set_knob interval 1800
	expect_silence
}

passes_came()
{
	passes=$(($(statistic passes_done) - before))
	[ "$passes" -ge "$1" ]
}

# Arguments: seconds, beside what passes themselves take, how many there are at least
periodic_passes()
{
	before=$(statistic passes_done)
	wait_until "$1" passes_came "$2" ||
		fault "$passes passes in $1 s with interval=5"
}

heartbeat()
{
	set_knob heartbeat 1
	expect_pass
	wait_until 5 said_clean || fault "no heartbeat"
	set_knob heartbeat 0
	expect_silence
}

said_clean()
{
	read_log
	grep -qx "LKRG: ALIVE: System is clean, pass $pass_wanted" "$log"
}

# === Who stops the passes ===

stopped="Kernel: passes stopped"
number="the last one is number [0-9]+"

was_reported()
{
	read_log
	alerts | grep -q "$stopped"
}

# Arguments: how it is said, what is done.  Within two intervals.
expect_stopped_report()
{
	wait_until 10 was_reported || fault "no report within two intervals"
	expect_report "$stopped: $1, $number; $2"
}

# The argument is what happens to it.
timer_attacked()
{
	set_knob interval 5
	expect_pass
	request "$1"
	expect_stopped_report "the next one was taken away" restored
	pass_wanted=$(($(statistic passes_started) + 1))
	wait_until 15 pass_is_done || fault "there are no passes afterwards"
	set_knob interval 1800
}

work_dequeued()
{
	set_knob interval 5
	expect_pass
	request scan-block
	start_pass
	sleep 1.5
	start_pass
	sleep 1.5
	request scan-dequeue
	request scan-release
	expect_stopped_report "the next one was taken away" restored
	expect_pass
	set_knob interval 1800
}

worker_blocked()
{
	set_knob interval 5
	expect_pass
	request scan-block
	start_pass
	expect_stopped_report "one waits for a lock" logged
	request scan-release
	wait_until 30 pass_is_done || fault "the pass was not done"
	set_knob interval 1800
}

# Whoever sets something again and again does not put off passes, nor what watches them.
put_off()
{
	while :; do
		echo 1 > "$KNOBS/heartbeat"
		echo 0 > "$KNOBS/heartbeat"
		echo 0 > "$KNOBS/heartbeat"
		sleep 0.5
	done
}

not_put_off()
{
	set_knob interval 5
	expect_pass
	put_off &
	putting=$!
	periodic_passes 12 2
	request scan-block
	start_pass
	expect_stopped_report "one waits for a lock" logged
	request scan-release
	kill "$putting"
	wait_until 30 pass_is_done || fault "the pass was not done"
	set_knob heartbeat 0
	set_knob interval 1800
}

# Who gets it by luck alone does not get it here.
lock_hogged()
{
	set_knob interval 5
	expect_pass
	waited=$(statistic pass_busy)
	request "$1"
	start_pass
	wait_until 25 pass_is_done || fault "the pass was not done"
	[ $(($(statistic pass_busy) - waited)) -gt 100 ] || fault "it did not wait"
	expect_silence
	request scan-release
	expect_pass
	expect_silence
	set_knob interval 1800
}

# It advances, but not to an end.
endless()
{
	set_knob interval 5
	expect_pass
	request scan-ring
	start_pass
	wait_until 60 was_reported || fault "no report within ten intervals"
	expect_report "$stopped: one does not end, $number; logged"
	request scan-end
	wait_until 30 pass_is_done || fault "the pass was not done"
	mark
	expect_pass
	expect_silence
	set_knob interval 1800
}

# Who takes long does not keep others from the lock that it had to wait for.
endless_in_turns()
{
	set_knob interval 5
	expect_pass
	request scan-ring
	start_pass
	request scan-block
	sleep 3
	request scan-release
	request scan-block
	sleep 1
	request scan-release
	request scan-end
	wait_until 30 pass_is_done || fault "the pass was not done"
	mark
	expect_pass
	expect_silence
	set_knob interval 1800
}

watch_stopped()
{
	request scan-watch
	expect_pass
	expect_pass
	expect_report "$stopped: the second clock stands still, $number; restored"
	mark
	expect_pass
	expect_silence
}

need_root
guard_is_on || skip_all "lkrg is not enabled (lsm=)"
prepare_attacks
say_what_is_expected
# All triggers.
set_knob kint_validate 3
ktap_set_plan 33

run_test "10,000 triggers by a shell" storm
run_test "10,000 triggers at once" at_once
run_test "trigger written" by_writing
run_test "trigger hook" by_hook
run_test "trigger module" by_module
run_test "trigger hotplug" by_hotplug
run_test "trigger resume" by_resume
run_test "trigger cpu_pm" by_cpu_pm
run_test "trigger idle (the tracepoint called)" by_idle
run_test "trigger cpufreq (the tracepoint called)" by_cpufreq
run_test "trigger acpi (the notifier called)" by_acpi
run_test "trigger address" by_address
run_test "trigger netdevice" by_netdevice
run_test "trigger netevent" by_netevent
run_test "trigger usb" by_usb
run_test "triggers exit and munmap" by_exit
run_test "kint_validate from 1 to 3" levels
run_test "nothing is learned while kint_validate is 0" not_learned
run_test "nothing to verify" off
run_test "a pass each interval" periodic
run_test "heartbeat" heartbeat
# A random event would bring the pass that is missed.
set_knob kint_validate 2
run_test "scan-timer" timer_attacked scan-timer
run_test "scan-timer-late" timer_attacked scan-timer-late
run_test "scan-dequeue" work_dequeued
run_test "scan-block" worker_blocked
run_test "scan-block, and settings again and again" not_put_off
run_test "scan-hog" lock_hogged scan-hog
run_test "scan-hog-tracing" lock_hogged scan-hog-tracing
run_test "scan-ring" endless
run_test "scan-ring, and a lock is taken" endless_in_turns
run_test "scan-watch" watch_stopped
set_knob kint_validate 3
run_test "once more: 10,000 triggers at once" at_once
sum_of_reports
ktap_finished
