# SPDX-License-Identifier: GPL-2.0-only
#
# What the shell tests of lkrg have in common.  Sourced after ktap_helpers.sh.

KNOBS=/proc/sys/lkrg
STATE=/sys/kernel/security/lkrg
TRACING=/sys/kernel/tracing
DEVICE=/dev/lkrg_attack

skip_all()
{
	ktap_print_header
	ktap_skip_all "$*"
	exit "$KSFT_SKIP"
}

need_root()
{
	[ "$(id -u)" = 0 ] || skip_all "has to be run as root"
}

mounted()
{
	[ -e "$2" ] || mount -t "$1" none "$(dirname "$2")" 2> /dev/null
	[ -e "$2" ]
}

guard_is_on()
{
	mounted securityfs /sys/kernel/security/lsm || return 1
	case ",$(cat /sys/kernel/security/lsm)," in
	*,lkrg,*) return 0 ;;
	esac
	return 1
}

have_tracing()
{
	mounted tracefs "$TRACING/current_tracer"
}

# What is not exported the test module is told by its user.  In one go: the list is long.
# A constant of a function has that, or a number, in its name.
symbols()
{
	awk -v names="$*" '
		BEGIN {
			count = split(names, name, " ")
			for (i = 1; i <= count; i++)
				wanted[name[i]]
		}
		{ symbol = $3 }
		$2 ~ /^[dr]$/ { sub(/\.[0-9]+$/, "", symbol); sub(/.*\./, "", symbol) }
		NF == 3 && symbol in wanted { print symbol "=0x" $1 }
	' /proc/kallsyms
}

# Loads the test module, unless somebody has, or leaves in $load_error why not.
# Arguments: where it is, parameters for it
load_attacks()
{
	[ -e "$DEVICE" ] && return 0
	attack_ko=$1/lkrg_attack.ko
	shift
	if ! [ -e "$attack_ko" ]; then
		load_error="the test module lkrg_attack.ko is not built"
	elif load_error=$(insmod "$attack_ko" insecure=1 "$@" $(symbols \
		switch_task_namespaces init_nsproxy from_mnt_ns set_fs_root set_fs_pwd \
		landlock_blob_sizes lkrg_blob_sizes module_inventory module_places \
		text_poke text_poke_bp set_memory_x set_memory_rox \
		set_memory_nx set_memory_rw text_mutex ftrace_lock __stop___ex_table \
		vdso_image_64 pass_timer pass_work watch_timer get_kprobe \
		mod_tree execmem_alloc raise_work cpu_records tty_drivers \
		lkrg_text_baseline lkrg_rodata_baseline lkrg_execmem_baseline \
		lkrg_variable_baseline lkrg_booting \
		__lkrg_usb_event lkrg_settings lkrg_trigger suppress_printk \
		core_pattern modprobe_path poweroff_cmd uevent_helper umh_allow \
		request_key \
		__lkrg_variable_begin __lkrg_variable_end \
		__start_lkrg_variables __stop_lkrg_variables variable_records \
		capability_hooks ftrace_kill flags_declared mce_helper \
		mce_work_trigger coredump_sysctls namei_sysctls \
		__SCK__lsm_static_call_settime_0 \
		__SCK__lsm_static_call_ptrace_traceme_0 \
		fgraph_array fgraph_stub klp_ftrace_handler \
		security_hook_active_settime_0 __start_static_call_sites \
		__stop_static_call_sites) 2>&1); then
		attacks_loaded=yes
		load_error="there is no $DEVICE"
	fi
	[ -e "$DEVICE" ]
}

unload_attacks()
{
	[ "$attacks_loaded" != yes ] || rmmod lkrg_attack && attacks_loaded=
}

# The first argument is a number of seconds, the rest a command.
wait_until()
{
	tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# === Knobs, as they were at the end ===

saved_knobs=

set_knob()
{
	old=$(cat "$KNOBS/$1") || return 1
	[ "$old" = "$2" ] && return 0
	echo "$2" > "$KNOBS/$1" || return 1
	saved_knobs="$1=$old $saved_knobs"
}

restore_knobs()
{
	for knob in $saved_knobs; do
		echo "${knob#*=}" > "$KNOBS/${knob%%=*}"
	done
	saved_knobs=
}

# Of a test that has left in $problem what went wrong
verdict()
{
	if [ -n "$problem" ]; then
		ktap_print_msg "$1: $problem"
		ktap_test_fail "$1"
	else
		ktap_test_pass "$1"
	fi
}

# === Passes ===

statistic()
{
	sed -n "s/^$1 //p" "$STATE/stats"
}

pass_is_done()
{
	[ "$(statistic passes_done)" -ge "$pass_wanted" ]
}

start_pass()
{
	echo 1 > "$KNOBS/trigger" && pass_wanted=$(statistic pass_requested)
}

run_pass()
{
	start_pass && wait_until 60 pass_is_done
}

# === The kernel log since the last mark ===

marks=0

mark()
{
	marks=$((marks + 1))
	marker="${0##*/} $$: mark $marks"
	echo "$marker" > /dev/kmsg
}

# Takes what the kernel has said since, for the functions below.
read_log()
{
	dmesg | sed -n -e 's/^\(<[0-9]*>\)*\(\[[^]]*\]\)* *//' \
		-e "/^$marker\$/,\$p" > "$log"
	[ -s "$log" ] || echo "BUG: the kernel log has lost: $marker" > "$log"
}

alerts()
{
	grep '^LKRG: ALERT: ' "$log"
}

# Whatever no test should cause.
trouble()
{
	# Races in the whole kernel are no trouble of this test.
	grep -E 'BUG:|WARNING:|Oops|Call Trace:|general protection|INFO: (rcu|task)' \
		"$log" | grep -vm 1 'BUG: KCSAN: '
}
