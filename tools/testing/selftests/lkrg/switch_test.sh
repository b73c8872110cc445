#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Variables that turn protection on and off: who writes over them in memory, and root
# who changes them by their files.
#
# Switches that nobody can turn off again are turned on only if LKRG_TEST_ONE_WAY
# names them, since the machine stays so until it is rebooted.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

PARAMETERS=/sys/module/lkrg_attack/parameters
SYSCTLS=/proc/sys
KERNEL=$SYSCTLS/kernel
LOCKDOWN=/sys/kernel/security/lockdown
APPARMOR=/sys/module/apparmor/parameters

# Name of the variable, file, what root sets, and what an attacker wants.  Behind "="
# is the number in memory, if the file shows something else.
switches()
{
	cat <<-END
	dmesg_restrict $KERNEL/dmesg_restrict 1 0
	kptr_restrict $KERNEL/kptr_restrict 1 0
	sysctl_perf_event_paranoid $KERNEL/perf_event_paranoid 2 -1=4294967295
	sysctl_unprivileged_bpf_disabled $KERNEL/unprivileged_bpf_disabled 2 0
	sysctl_io_uring_disabled $KERNEL/io_uring_disabled 2 0
	unprivileged_userns_clone $KERNEL/unprivileged_userns_clone 0 1
	sysrq_enabled $KERNEL/sysrq 176 1
	dac_mmap_min_addr $SYSCTLS/vm/mmap_min_addr 131072 0
	ptrace_scope $KERNEL/yama/ptrace_scope 1 0
	sysctl_protected_symlinks $SYSCTLS/fs/protected_symlinks 1 0
	sysctl_protected_hardlinks $SYSCTLS/fs/protected_hardlinks 1 0
	sysctl_protected_fifos $SYSCTLS/fs/protected_fifos 2 0
	sysctl_protected_regular $SYSCTLS/fs/protected_regular 2 0
	ftrace_enabled $KERNEL/ftrace_enabled 1 0
	kprobes_all_disarmed /sys/kernel/debug/kprobes/enabled 1=0 0=1
	aa_g_profile_mode $APPARMOR/mode enforce=0 complain=1
	aa_g_audit $APPARMOR/audit normal=0 quiet=2
	unprivileged_userns_apparmor_policy $KERNEL/unprivileged_userns_apparmor_policy 0 1
	aa_unprivileged_unconfined_restricted $KERNEL/apparmor_restrict_unprivileged_unconfined 1 0
	selinux_state.enforcing /sys/fs/selinux/enforce 1 0
	END
}

# The same of those that only rise, and what they refuse
one_way_switches()
{
	cat <<-END
	sig_enforce /sys/module/module/parameters/sig_enforce Y=1 N=0 module
	kexec_load_disabled $KERNEL/kexec_load_disabled 1 0 kexec
	kernel_locked_down $LOCKDOWN integrity none=0 kexec
	modules_disabled $KERNEL/modules_disabled 1 0 module
	aa_g_lock_policy $APPARMOR/lock_policy Y=1 N=0 apparmor
	END
}

# And of those that stay as they are once they have this value
final_switches()
{
	cat <<-END
	sysctl_unprivileged_bpf_disabled $KERNEL/unprivileged_bpf_disabled 1 0
	ptrace_scope $KERNEL/yama/ptrace_scope 3 0
	END
}

# Of those in neither table
others="mmap_min_addr ftrace_disabled tainted_mask selinux_state.initialized"

# === What is in memory, and in files ===

is_there()
{
	grep -qx "$1" "$PARAMETERS/switches"
}

value_of()
{
	echo "$1" > "$PARAMETERS/variable"
	cat "$PARAMETERS/value"
}

expect_value()
{
	value=$(value_of "$1")
	[ "$value" = "$2" ] || fault "$1 is $value instead of $2"
}

# The level of lockdown is the one in brackets.
shown()
{
	sed 's/.*\[\(.*\)\].*/\1/' "$1" 2> /dev/null
}

# Some take no newline.
set_by_root()
{
	printf %s "$2" > "$1" || fault "$1 cannot be set to $2"
	[ "$(shown "$1")" = "$2" ] || fault "$1 is $(shown "$1") instead of $2"
}

# Arguments: what is asked for, name, value in memory
forge()
{
	echo "$2" > "$PARAMETERS/variable"
	echo "$3" > "$PARAMETERS/value"
	request "$1"
}

# Arguments: name, what it was, what it is, what was done
expect_found()
{
	expect_report "Kernel: switch changed: $1: $2 -> $3; ${4:-restored}"
}

pass_in_silence()
{
	[ "$guard" = off ] || expect_pass
	expect_silence
}

# Arguments: name, what it was, what an attacker makes of it.  A pass finds it;
# without the guard it stays.
written_over()
{
	mark
	forge variable "$1" "$3"
	if [ "$guard" = on ]; then
		expect_pass
		expect_found "$1" "$2" "$3"
		expect_value "$1" "$2"
	else
		sleep 0.1
		expect_value "$1" "$3"
	fi
}

# === Switches that root turns on and off ===

# Two values that root sets are believed, and nothing else is: neither in a pass nor
# when root sets one again.
turned()
{
	name=$1 file=$2
	legal=${3%=*} legal_value=${3#*=} forged=${4%=*} forged_value=${4#*=}
	is_there "$name" || { skipped="not in this kernel"; return; }
	[ "$file" != /sys/fs/selinux/enforce ] || mounted selinuxfs "$file"
	was=$(shown "$file")
	[ -n "$was" ] && { printf %s "$was" > "$file"; } 2> /dev/null ||
		{ skipped="$file cannot be set"; return; }

	set_by_root "$file" "$forged"
	expect_value "$name" "$forged_value"
	[ "$guard" = off ] || expect_pass
	set_by_root "$file" "$legal"
	expect_value "$name" "$legal_value"
	pass_in_silence

	written_over "$name" "$legal_value" "$forged_value"
	if [ "$guard" = on ]; then
		[ "$(shown "$file")" = "$legal" ] || fault "it shows $(shown "$file")"
		mark
		forge variable "$name" "$forged_value"
		set_by_root "$file" "$legal"
		expect_found "$name" "$legal_value" "$forged_value"
	else
		[ "$(shown "$file")" = "$forged" ] || fault "it shows $(shown "$file")"
	fi
	set_by_root "$file" "$was"
	mark
	pass_in_silence
}

# What programs may map is the higher one of this and a constant.
lowest_address()
{
	file=$SYSCTLS/vm/mmap_min_addr
	is_there mmap_min_addr || { skipped="not in this kernel"; return; }
	was=$(shown "$file")
	set_by_root "$file" 131072
	expect_value mmap_min_addr 131072
	pass_in_silence
	written_over mmap_min_addr 131072 0
	set_by_root "$file" "$was"
	mark
	pass_in_silence
}

# Nobody may set it, but the kernel does when tracing fails.
tracing_disabled()
{
	is_there ftrace_disabled || { skipped="not in this kernel"; return; }
	written_over ftrace_disabled 0 1
	[ "$guard" = on ] || forge variable ftrace_disabled 0
}

# What is set at boot only lies in read-only data, which passes compare.
read_only()
{
	for name in apparmor_initialized sysrq_always_enabled; do
		grep -q " $name\$" /proc/kallsyms || continue
		order=$(grep -E " (__start_rodata|$name|__end_rodata)\$" /proc/kallsyms |
			sort | cut -d ' ' -f 3 | tr '\n' ' ')
		[ "$order" = "__start_rodata $name __end_rodata " ] || fault "$order"
	done
}

# What taints the kernel may be added, and does not disappear.
taints()
{
	file=$KERNEL/tainted
	bit=64
	was=$(shown "$file")
	[ "$was" != 0 ] || fault "this module does not taint the kernel"
	written_over tainted_mask "$was" 0
	forge variable tainted_mask "$was"
	mark
	echo "$bit" > "$file"
	more=$((was | bit))
	expect_value tainted_mask "$more"
	pass_in_silence
	written_over tainted_mask "$more" "$was"
	[ "$(shown "$file")" = "$(value_of tainted_mask)" ] ||
		fault "it shows $(shown "$file")"
}

# Anybody may write the sysctl by what is in memory, and does.
by_anybody()
{
	name=sysctl_protected_symlinks file=$SYSCTLS/fs/protected_symlinks
	was=$(shown "$file")
	set_by_root "$file" 1
	pass_in_silence
	mark
	request sysctl-protected_symlinks
	write_as_user "$file" 0
	status=$?
	if [ "$guard" = on ]; then
		[ "$status" != 0 ] || fault "not refused"
		expect_report "Kernel: switch changed: $name: $not_by_anybody"
		expect_value "$name" 1
		mark
		# Not refused then, and not believed either.
		set_knob kint_enforce 0
		write_as_user "$file" 0 || fault "refused with kint_enforce=0"
		expect_found "$name" 1 0 logged
		expect_value "$name" 0
		# Not to be set back in the end, when it may be locked.
		echo 1 > "$KNOBS/kint_enforce"
		mark
		expect_pass
		expect_found "$name" 1 0
		expect_value "$name" 1
	else
		[ "$status" = 0 ] || fault "refused"
		expect_value "$name" 0
	fi
	# Root may still.
	mark
	set_by_root "$file" 0
	expect_value "$name" 0
	pass_in_silence
	request write-restore
	set_by_root "$file" "$was"
	pass_in_silence
}

# Who writes over what was declared is found, and what taints the kernel then stays.
taints_declared()
{
	file=$KERNEL/tainted
	was=$(shown "$file")
	bit=128
	[ $((was & bit)) = 0 ] || { skipped="the kernel is tainted with $bit"; return; }
	request variable-taints
	echo "$bit" > "$file"
	more=$((was | bit))
	if [ "$guard" = on ]; then
		expect_pass
		expect_found tainted_mask unknown "$more" logged
	fi
	expect_value tainted_mask "$more"
	mark
	pass_in_silence
	written_over tainted_mask "$more" "$was"
}

# === All of them ===

# One that is not here is not tested.
all_are_named()
{
	for name in $(cat "$PARAMETERS/switches"); do
		{ switches; one_way_switches; printf '%s\n' $others; } |
			grep -q "^$name\( \|\$\)" || fault "$name is not tested"
	done
}

expect_values()
{
	while read -r name old new; do
		expect_value "$name" "$([ "$1" = old ] && echo "$old" || echo "$new")"
	done < "$scratch/changes"
}

all_are_reported()
{
	read_log
	[ "$(alerts | wc -l)" -ge "$count" ]
}

# With kint_enforce=0 they are reported once and stay, and what was known is not
# forgotten.  Left out are the taints, which reports add to, and that SELinux has a
# policy, which it has not.
all_are_logged()
{
	for name in $(cat "$PARAMETERS/switches"); do
		case $name in
		tainted_mask | selinux_state.initialized) continue ;;
		esac
		old=$(value_of "$name")
		echo "$name $old $([ "$old" = 0 ] && echo 1 || echo 0)"
	done > "$scratch/changes"
	count=$(wc -l < "$scratch/changes")
	[ "$guard" = off ] || set_knob kint_enforce 0
	while read -r name old new; do
		forge variable "$name" "$new"
	done < "$scratch/changes"
	if [ "$guard" = off ]; then
		expect_values new
		while read -r name old new; do
			forge variable "$name" "$old"
		done < "$scratch/changes"
		return
	fi

	expect_pass
	reports_expected=$((reports_expected + count))
	wait_until 10 all_are_reported || fault "not all are reported"
	first="LKRG: ALERT: DETECT: Kernel: switch changed"
	sed "s/\(.*\) \(.*\) \(.*\)/$first: \1: \2 -> \3; logged/" \
		"$scratch/changes" | sort > "$scratch/expected"
	alerts | sort | cmp -s - "$scratch/expected" ||
		fault "not as expected: $(alerts | sort | diff - "$scratch/expected")"
	mark
	pass_in_silence
	expect_values new

	# What was reported and only logged is told again when something is done about it.
	mark
	echo 1 > "$KNOBS/kint_enforce"
	expect_pass
	expect_values old
	reports_expected=$((reports_expected + count))
	wait_until 10 all_are_reported || fault "not all are reported once more"
	sed -i 's/; logged$/; restored/' "$scratch/expected"
	alerts | sort | cmp -s - "$scratch/expected" ||
		fault "not as expected: $(alerts | sort | diff - "$scratch/expected")"
	mark
	pass_in_silence
}

# === What the guard knows is written over as well ===

# Then nobody knows what it was, until root says it.
record()
{
	name=kptr_restrict file=$KERNEL/kptr_restrict
	was=$(shown "$file")
	set_by_root "$file" 1
	pass_in_silence
	forge variable-record "$name" 0
	if [ "$guard" = on ]; then
		expect_pass
		expect_found "$name" unknown 0 logged
	fi
	expect_value "$name" 0
	set_by_root "$file" 2
	mark
	pass_in_silence
	written_over "$name" 2 0
	set_by_root "$file" "$was"
	mark
	pass_in_silence
}

# === Where they matter ===

use_module()
{
	"$DIR/load_probe" "$DIR/test_modules/lkrg_idle.ko" && rmmod lkrg_idle
}

use_kexec()
{
	"$DIR/load_probe"
}

# Behind locks that others hold who change switches: lockdep would tell.
read_under_locks()
{
	for value in 0 1; do
		echo "$value" > $KERNEL/ftrace_enabled
		echo "$value" > /sys/kernel/debug/kprobes/enabled
	done 2> /dev/null
	request variable-file
	pass_in_silence
}

use_apparmor()
{
	cat $APPARMOR/mode > "$scratch/mode" &&
		printf %s "$(cat "$scratch/mode")" > $APPARMOR/mode
} 2> /dev/null

# Who turns off anything to load a module or a kernel is refused before that.
refused()
{
	name=kptr_restrict file=$KERNEL/kptr_restrict
	was=$(shown "$file")
	set_by_root "$file" 1
	"use_$1" || fault "refused before"
	pass_in_silence
	mark
	forge variable "$name" 0
	if [ "$guard" = on ]; then
		"use_$1" && fault "not refused"
		expect_found "$name" 1 0
		"use_$1" || fault "refused afterwards"
	else
		"use_$1" || fault "refused"
	fi
	set_by_root "$file" "$was"
	mark
	pass_in_silence
}

# === Switches that only rise ===

may_rise()
{
	case " $LKRG_TEST_ONE_WAY " in
	*" $1 "*) return 0 ;;
	esac
	skipped="it would stay so until the machine is rebooted"
	return 1
}

rising()
{
	name=$1 file=$2 legal=${3%=*} off=${4%=*} use=use_$5
	may_rise "$name" || return
	is_there "$name" || { skipped="not in this kernel"; return; }
	[ "$(shown "$file")" = "$off" ] || { skipped="$file is not $off"; return; }
	written_over "$name" 0 1
	[ "$guard" = on ] || forge variable "$name" 0

	mark
	"$use" || fault "refused before"
	set_by_root "$file" "$legal"
	value=$(value_of "$name")
	"$use" && fault "not refused"
	{ printf %s "$off" > "$file"; } 2> /dev/null && [ "$(shown "$file")" = "$off" ] &&
		fault "root can turn it off"
	pass_in_silence

	mark
	if [ "$guard" = on ]; then
		forge variable-declared "$name" 0
		expect_found "$name" "$value" 0
		expect_value "$name" "$value"
	fi

	mark
	forge variable "$name" 0
	if [ "$guard" = on ]; then
		# Verified where a module or a kernel is loaded, and else in passes
		[ "$5" = apparmor ] && expect_pass
		"$use" && fault "not refused when it was turned off"
		expect_found "$name" "$value" 0
		expect_value "$name" "$value"
		written_over "$name" "$value" 0
		"$use" && fault "not refused in the end"
	else
		"$use" || fault "refused although it is off"
		expect_silence
	fi
	mark
	pass_in_silence
}

# Arguments: name, file, the value, and what an attacker wants
final()
{
	may_rise "$1" || return
	is_there "$1" || { skipped="not in this kernel"; return; }
	mark
	set_by_root "$2" "$3"
	{ printf %s "$4" > "$2"; } 2> /dev/null && [ "$(shown "$2")" = "$4" ] &&
		fault "root can turn it off"
	pass_in_silence
	mark
	forge variable-declared "$1" "$4"
	if [ "$guard" = on ]; then
		expect_found "$1" "$3" "$4"
		expect_value "$1" "$3"
		written_over "$1" "$3" "$4"
	else
		expect_value "$1" "$4"
	fi
	mark
	pass_in_silence
}

# When the kernel itself gives up function tracing, nobody is to be accused.
tracing_killed()
{
	may_rise ftrace_disabled || return
	is_there ftrace_disabled || { skipped="not in this kernel"; return; }
	request ftrace-kill
	expect_value ftrace_disabled 1
	expect_value ftrace_enabled 0
	pass_in_silence
}

# === Main ===

need_root
prepare_attacks
[ -n "$(cat "$PARAMETERS/switches")" ] || skip_all "this kernel has no lkrg"
say_what_is_expected
ktap_set_plan $(($(switches | wc -l) + $(one_way_switches | wc -l) +
		$(final_switches | wc -l) + 15))

run_test "each switch has a test" all_are_named
run_test "all switches, kint_enforce=0" all_are_logged
while read -r name file legal forged <&3; do
	run_test "$name" turned "$name" "$file" "$legal" "$forged"
done 3<<END
$(switches)
END
run_test "mmap_min_addr" lowest_address
run_test "ftrace_disabled" tracing_disabled
run_test "set at boot only" read_only
run_test "tainted_mask" taints
run_test "tainted_mask and its record" taints_declared
ktap_test_skip "selinux_state.initialized: there is no policy to be loaded"
run_test "protected_symlinks by anybody" by_anybody
run_test "kptr_restrict and its record" record
run_test "a file is read while no CPU may come" read_under_locks
run_test "a module is loaded" refused module
run_test "a kernel is loaded" refused kexec
while read -r name file legal off use <&3; do
	run_test "$name" rising "$name" "$file" "$legal" "$off" "$use"
done 3<<END
$(one_way_switches)
END
while read -r name file value forged <&3; do
	run_test "$name, for good" final "$name" "$file" "$value" "$forged"
done 3<<END
$(final_switches)
END
run_test "ftrace_kill()" tracing_killed
sum_of_reports
# Then it stays.
[ "$(value_of modules_disabled)" = 0 ] || attacks_loaded=
ktap_finished
