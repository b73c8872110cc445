#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Attacks on what is in the registers of one CPU, which is not the one that
# booted, on the gates that all CPUs share, and on the masks of CPUs; and what a
# machine does to its CPUs by itself, about which the guard has to be silent.
#
# With lkrg enabled each attack has to be found by a pass and reported, once, with
# CPU, register, what should be there and what is; without it this is the
# control: the register has to hold what the attack put there.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

CPUS=/sys/devices/system/cpu

# What passes say of what was reported
mention="LKRG: ALERT: DETECT: Kernel: still changed: reported before: 1; logged"

# attack, title of the report, what is done about it, and what else may happen then if
# not everything: while a CPU stays in the kernel no other can go, and whoever has
# it flush its TLB has it write what the kernel thinks is in CR4
attacks="
cpu-lstar:register changed:logged
cpu-cstar:register changed:logged
cpu-star:register changed:logged
cpu-sfmask:register changed:logged
cpu-sysenter_eip:register changed:logged
cpu-sysenter_esp:register changed:logged
cpu-sysenter_cs:register changed:logged
cpu-sce:register changed:logged:modules
cpu-pat:register changed:logged
cpu-wp:register changed:restored
cpu-smep:register changed:restored
cpu-smap:register changed:restored
cpu-umip:register changed:logged:nothing
cpu-fsgsbase:register changed:logged:nothing
cpu-pke:register changed:logged:nothing
cpu-xcr0:register changed:logged:modules
cpu-dr0:register changed:logged
cpu-dr1:register changed:logged
cpu-dr2:register changed:logged
cpu-dr3:register changed:logged
cpu-idtr:register changed:logged
cpu-idtr_limit:register changed:logged
cpu-gdtr:register changed:logged
cpu-gdtr_limit:register changed:logged
cpu-gdt:register changed:logged
cpu-gdt_kernel_cs:register changed:logged
cpu-gdt_kernel_ds:register changed:logged
cpu-gdt_user32_cs:register changed:logged
cpu-gdt_user_ds:register changed:logged
cpu-gdt_user_cs:register changed:logged
cpu-sp0:register changed:logged:modules
cpu-apic_base:register changed:logged
cpu-ist1:register changed:logged
cpu-ist2:register changed:logged
cpu-ist3:register changed:logged
cpu-ist4:register changed:logged
cpu-ist5:register changed:logged
cpu-ist6:register changed:logged
cpu-ist7:register changed:logged
cpu-present:mask changed:logged
cpu-active:mask changed:logged
cpu-record:mask changed:logged
gate-offset:gate changed:logged
gate-dpl:gate changed:logged
"

last_cpu()
{
	sed 's/.*[-,]//' "$CPUS/online"
}

# What else CPUs and modules do meanwhile: another CPU goes and comes, a module is
# loaded and unloaded.
something_happens()
{
	[ "$meanwhile" = nothing ] && return
	if [ "$meanwhile" != modules ] && [ "$(last_cpu)" -gt 1 ] &&
			[ -w "$CPUS/cpu1/online" ]; then
		echo 0 > "$CPUS/cpu1/online" && echo 1 > "$CPUS/cpu1/online" ||
			fault "cpu1 does not go and come"
	fi
	load_other && unload_other
}

# Any module will do that is not in use.
load_other()
{
	[ -e "$DIR/test_modules/lkrg_idle.ko" ] || return 1
	insmod "$DIR/test_modules/lkrg_idle.ko" || fault "no module can be loaded"
}

unload_other()
{
	rmmod lkrg_idle || fault "the module stays"
}

# The argument says how often what was reported is mentioned.
expect_mentions()
{
	read_log
	alerts | grep -vFx "$mention" > "$scratch/others" &&
		fault "reported again: $(head -n 1 "$scratch/others")"
	[ "$1" = 0 ] || alerts | grep -qFx "$mention" || fault "not mentioned"
}

cpu_attack()
{
	title=$attack
	problem=
	mark
	victim "$attack" pass
	if said | grep -q "not supported"; then
		ktap_test_skip "$title: this CPU does not have it"
		return
	fi
	[ "$status" = 0 ] || fault "$attack: $(said)"
	changed=$(what_was_changed)
	before=${changed##*: }
	case $changed in
	*": changed")	;;
	*": "*" -> "*)
		[ "${before%% -> *}" != "${before##* -> }" ] ||
			fault "nothing was changed: $changed" ;;
	*)		fault "the module does not say what it changed: $changed" ;;
	esac

	if [ "$guard" = on ]; then
		expect_pass
		report=$(echo "$changed" | sed 's/[][+.]/[&]/g')
		expect_report "CPU: $what: $report; $done"
		# Nothing that happens makes the guard believe what it sees.
		mark
		something_happens
		expect_pass
		[ "$done" = logged ] && expect_mentions 1 || expect_mentions 0
	fi

	mark
	request "${attack%%-*}-restore"
	[ -z "$(what_was_changed)" ] || fault "not restored"
	[ "$guard" = off ] || expect_pass
	expect_silence
	verdict "$title"
}

# The CPU takes what is wrong with it along, but not unseen.  Of some registers there
# would be nothing left: it sets them when it comes.
goes_with_it()
{
	title="$1 of a CPU that goes"
	cpu=$(last_cpu)
	if [ "$guard" = off ] || [ ! -w "$CPUS/cpu$cpu/online" ]; then
		ktap_test_skip "$title: no guard, or the CPU cannot go"
		return
	fi
	problem=
	mark
	request "$1"
	report=$(what_was_changed | sed 's/[][+.]/[&]/g')
	echo 0 > "$CPUS/cpu$cpu/online" || fault "the CPU does not go"
	expect_report "CPU: register changed: $report; logged"
	echo 1 > "$CPUS/cpu$cpu/online" || fault "the CPU does not come"
	request cpu-restore
	# The one that the CPU has asked for may still be at it.
	run_pass || fault "no pass"
	verdict "$title"
}

# Without a pass: who opens a file there has the CPU looked at.
at_a_hook()
{
	[ "$guard" = on ] || { skipped="no guard"; return; }
	command -v taskset > /dev/null || { skipped="no taskset"; return; }
	set_knob kint_validate 1
	expect_pass
	before=$(statistic passes_started)
	for attack in cpu-wp cpu-smep cpu-smap; do
		mark
		request "$attack"
		taskset "$(printf %x $((1 << $(last_cpu))))" cat /dev/null
		expect_report "CPU: register changed: $(what_was_changed); restored"
		request cpu-restore
	done
	[ "$(statistic passes_started)" = "$before" ] || fault "there was a pass"
	set_knob kint_validate 2
	mark
	expect_pass
	expect_silence
}

# It is there until it is restored: a hook has found it, and a pass mentions it.
expect_logged()
{
	read_log
	alerts | grep -vFx "$mention" > "$scratch/others"
	grep -Eqx "LKRG: ALERT: DETECT: $1; logged" "$scratch/others" &&
		[ "$(wc -l < "$scratch/others")" -eq 1 ] ||
		fault "$(cat "$scratch/others") instead of $1"
	reports_expected=$((reports_expected + 1))
}

# Arguments: attack, knobs that are 0 one after the other, what is done with all
with_knobs()
{
	[ "$guard" = on ] || { skipped="no guard"; return; }
	for knob in $2; do
		before=$(cat "$KNOBS/$knob")
		set_knob "$knob" 0
		mark
		request "$1"
		report="CPU: register changed: $(what_was_changed | sed 's/[][+.]/[&]/g')"
		expect_pass
		case $knob in
		*_validate)
			expect_silence
			set_knob "$knob" "$before"
			expect_pass
			expect_report "$report; $3"
			;;
		*)
			expect_logged "$report"
			;;
		esac
		mark
		request cpu-restore
		expect_pass
		expect_silence
		set_knob "$knob" "$before"
	done
}

# Arguments: title, function
honest()
{
	run_test "$1" silently "$2"
}

silently()
{
	"$1"
	[ -z "$skipped" ] || return
	[ "$guard" = off ] || expect_pass
	expect_silence
}

# All but one, and back.
hotplug()
{
	cpus=$(find "$CPUS" -maxdepth 2 -path '*/cpu[1-9]*/online')
	[ -n "$cpus" ] || { skipped="there is one CPU"; return; }
	for value in 0 1 0 1; do
		for cpu in $cpus; do
			[ "$guard" = off ] || start_pass || fault "no pass"
			echo "$value" > "$cpu" || fault "$cpu: no $value"
		done
	done
}

# As a driver may do it that sets what it needs.
rewritten()
{
	request cpu-rewrite
}

# Programs may watch their own memory, and root that of the kernel.
breakpoints()
{
	watched=$(symbols jiffies)
	[ -n "$watched" ] && [ -x "$DIR/breakpoint" ] ||
		{ skipped="no symbol to watch, or no program that does"; return; }
	"$DIR/breakpoint" "${watched#*=}" > "$out" 2>&1 &
	holder=$!
	wait_until 10 grep -q ready "$out" || fault "no breakpoint: $(cat "$out")"
	[ "$guard" = off ] || expect_pass
	kill "$holder"
	wait "$holder" 2> /dev/null
}

# A virtual machine has the tables and the registers of the CPU meanwhile.
virtual_machine()
{
	[ -e /dev/kvm ] && [ -x "$DIR/kvm_guest" ] || { skipped="no /dev/kvm"; return; }
	"$DIR/kvm_guest" > "$out" 2>&1 &
	holder=$!
	wait_until 20 grep -q ready "$out" || fault "no guest: $(cat "$out")"
	for round in 1 2 3; do
		[ "$guard" = off ] || expect_pass
	done
	kill "$holder"
	wait "$holder" 2> /dev/null
}

suspended()
{
	{ [ -w /sys/power/pm_test ] && grep -qw core /sys/power/pm_test &&
		grep -qw mem /sys/power/state; } ||
		{ skipped="no suspend"; return; }
	echo 0 > /sys/module/suspend/parameters/pm_test_delay
	echo core > /sys/power/pm_test
	echo mem > /sys/power/state || fault "no suspend"
	echo none > /sys/power/pm_test
}

need_root
prepare_attacks
[ "$(cat "$CPUS/online")" != 0 ] || skip_all "there is one CPU"
say_what_is_expected
# CPUs that come and go are verified then.
[ "$guard" = off ] || for setting in kint_validate=2 smep_enforce=1 smap_enforce=1; do
	set_knob "${setting%%=*}" "${setting#*=}"
done
# What was asked for before is not to come between an attack and its pass.
[ "$guard" = off ] || run_pass || ktap_exit_fail_msg "the pass was not done"
# shellcheck disable=SC2046
ktap_set_plan $(($(echo "$attacks" | grep -c :) + 13))

while IFS=: read -r attack what done meanwhile <&3; do
	[ -z "$attack" ] || cpu_attack
done 3<<END
$attacks
END
goes_with_it cpu-ist7
goes_with_it cpu-lstar
run_test "without a pass" at_a_hook
run_test "knobs of SMEP" with_knobs cpu-smep "smep_validate smep_enforce" restored
run_test "knobs of SMAP" with_knobs cpu-smap "smap_validate smap_enforce" restored
run_test "knobs of CR0.WP" with_knobs cpu-wp "kint_enforce" restored
run_test "knob of MSRs" with_knobs cpu-lstar "msr_validate" logged
honest "registers get what is in them" rewritten
honest "CPUs go and come" hotplug
honest "breakpoints of perf" breakpoints
honest "a virtual machine" virtual_machine
honest "suspend" suspended
sum_of_reports
ktap_finished
