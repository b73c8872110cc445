#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that the kernel starts: who writes over their names, and which may be
# started at all.

DIR=$(dirname "$(readlink -f "$0")")
. "$DIR/../kselftest/ktap_helpers.sh"
. "$DIR/functions.sh"
. "$DIR/attacks.sh"

MODPROBE=/proc/sys/kernel/modprobe
POWEROFF=/proc/sys/kernel/poweroff_cmd
PATTERN=/proc/sys/kernel/core_pattern
MCE=/sys/devices/system/machinecheck/machinecheck0/trigger

# What an attacker, or root, wants to be started: it leaves its arguments.
make_helper()
{
	helper=$work/helper
	printf '#!/bin/sh\necho "$@" > %s\n' "$work/started" > "$helper"
	chmod 0755 "$helper"
	printf %s "$helper" > /sys/module/lkrg_attack/parameters/helper
}

prepare()
{
	rm -f "$work/started"
	mark
}

was_started()
{
	[ -s "$work/started" ]
}

# It may come late, since nobody waits for all of them.
expect_started()
{
	wait_until 10 was_started || fault "it was not started"
}

expect_not_started()
{
	sleep 1
	! was_started || fault "it was started"
}

# Takes the one line that is to come.
expect_line()
{
	wait_until 10 reported || fault "no report"
	alerts | grep -Evx "LKRG: ALERT: $1" > "$scratch/others" &&
		fault "other report: $(cat "$scratch/others")"
	expect_no_trouble
}

expect_changed()
{
	# The first character may be one of a pattern.
	to=$(printf '%s\n' "$3" | sed 's/^|/[|]/')
	reports_expected=$((reports_expected + 1))
	expect_line "DETECT: Kernel: helper changed: $1: \"$2\" -> \"$to\"; ${4:-restored}"
}

expect_blocked()
{
	[ "${3:-refused}" = refused ] && verb=BLOCK || verb=ALLOW
	expect_line "$verb: UMH: helper blocked: $helper, $1: $2; ${3:-refused}"
}

crash()
{
	(ulimit -c unlimited
	cd "$work" && sh -c 'kill -ABRT $$') 2> /dev/null
}

miss_a_module()
{
	mount -t lkrg_no_such_fs none "$work" 2> /dev/null
}

have()
{
	[ -e "$1" ] || skipped="there is no $1"
	[ -e "$1" ]
}

machine_check()
{
	request event-mce
}

# Arguments: attack, sysctl, variable, what uses it, how it is written over.
# Without the guard the helper runs, and the value stays.
overwritten()
{
	have "$2" || return
	old=$(cat "$2")
	prepare
	request "$1"
	"$4"
	if [ "$guard" = on ]; then
		expect_not_started
		expect_changed "$3" "$old" "$5$helper"
		[ "$(cat "$2")" = "$old" ] || fault "now it is $(cat "$2")"
	else
		expect_started
		echo "$old" > "$2"
	fi
}

# The same, and nothing happens but a pass.
found_by_pass()
{
	[ "$guard" = on ] || { skipped="there are no passes without lkrg"; return; }
	have "$2" || return
	old=$(cat "$2")
	request "$1"
	expect_pass
	expect_changed "$3" "$old" "$5$helper"
	[ "$(cat "$2")" = "$old" ] || fault "now it is $(cat "$2")"
	mark
	expect_pass
	expect_silence
}

# Who changes it by the sysctl does not make anything else be believed.
not_laundered()
{
	[ "$guard" = on ] || { skipped="nothing is verified without lkrg"; return; }
	have "$2" || return
	old=$(cat "$2")
	request "$1"
	echo "$old" > "$2"
	expect_changed "$3" "$old" "$5$helper"
	mark
	expect_pass
	expect_silence
	[ "$(cat "$2")" = "$old" ] || fault "now it is $(cat "$2")"
}

# Root changes it by the sysctl, and it is started.
by_root()
{
	have "$1" || return
	old=$(cat "$1")
	prepare
	echo "$3$helper" > "$1" || fault "cannot be set"
	"$2"
	expect_started
	[ "$guard" = off ] || expect_pass
	echo "$old" > "$1" || fault "cannot be set back"
	[ "$guard" = off ] || expect_pass
	expect_silence
}

# Arguments: file, variable, attack, what uses it, how it is written.
# Anybody may write the file by what is in memory, and does.
by_anybody()
{
	have "$1" || return
	old=$(cat "$1")
	write_as_user "$1" "$5$helper" && fault "anybody may write before"
	prepare
	request "$3"
	write_as_user "$1" "$5$helper"
	refused=$?
	"$4"
	if [ "$guard" = on ]; then
		[ "$refused" != 0 ] || fault "not refused"
		expect_not_started
		reports_expected=$((reports_expected + 1))
		expect_line "DETECT: Kernel: helper changed: $2: $not_by_anybody"
		[ "$(cat "$1")" = "$old" ] || fault "now it is $(cat "$1")"
	else
		expect_started
		echo "$old" > "$1"
	fi
	# Root may still.
	by_root "$1" "$4" "$5"
	request write-restore
}

allow()
{
	[ "$guard" = off ] || echo "$1" > "$KNOBS/umh_allow" || fault "umh_allow: $1"
}

start()
{
	victim "$1" pass
	[ "$status" = 0 ]
}

# Arguments: request, list of what is allowed, why it is blocked
not_to_be_started()
{
	allow "$2"
	prepare
	start "$1"
	if [ "$guard" = on ]; then
		expect_not_started
		expect_blocked "for what is not said" "$3"
	else
		expect_started
	fi
	allow ""
}

to_be_started()
{
	allow "$1"
	prepare
	start umh-run || fault "$(said)"
	expect_started
	expect_silence
	allow ""
}

# With another setting than usual; 2 is a panic, see scripts/tests.
with_settings()
{
	[ "$guard" = on ] || { skipped="there are no settings without lkrg"; return; }
	set_knob umh_validate 2
	not_to_be_started umh-run "$helper" "umh_validate is 2"
	set_knob umh_validate 0
	prepare
	start umh-run
	expect_started
	expect_silence
	set_knob umh_validate 1
	set_knob umh_enforce 0
	prepare
	start umh-run
	expect_started
	expect_blocked "for what is not said" "not what the kernel starts for this" logged
	set_knob umh_enforce 1
}

# What differs is reported once, and used; what was known is not forgotten.
only_logged()
{
	[ "$guard" = on ] || { skipped="there are no settings without lkrg"; return; }
	was=$(cat "$MODPROBE")
	set_knob umh_enforce 0
	prepare
	start helper-modprobe_path
	miss_a_module
	expect_started
	expect_changed modprobe_path "$was" "$helper" logged
	set_knob umh_enforce 1
	# The next pass puts it back, and says so.
	mark
	expect_pass
	expect_changed modprobe_path "$was" "$helper" restored
	[ "$(cat "$MODPROBE")" = "$was" ] || fault "now it is $(cat "$MODPROBE")"
	mark
	expect_pass
	expect_silence
}

# What anybody writes is not refused, and not believed either.
only_logged_of_anybody()
{
	[ "$guard" = on ] || { skipped="there are no settings without lkrg"; return; }
	was=$(cat "$PATTERN")
	set_knob umh_enforce 0
	request sysctl-core_pattern
	write_as_user "$PATTERN" "|$helper" || fault "refused"
	expect_changed core_pattern "$was" "|$helper" logged
	set_knob umh_enforce 1
	mark
	expect_pass
	expect_changed core_pattern "$was" "|$helper" restored
	[ "$(cat "$PATTERN")" = "$was" ] || fault "now it is $(cat "$PATTERN")"
	request write-restore
	mark
	expect_pass
	expect_silence
}

lists()
{
	[ "$guard" = on ] || { skipped="there are no settings without lkrg"; return; }
	allow "$helper"
	# Two paths, of 511 bytes together, which is as much as there may be.
	long=$(printf '/%0254d,/%0254d' 0 0)
	for bad in relative / , ,/a "/bin/a,,/bin/b" "/a,b" other: :/bin/sh key:a \
			"key:sbin" "key:/" none:/a "other:key:/a" "/bin/a b" " /a" \
			"/a " "/a, /b" "$(printf '/a\tb')" "$(printf '/a\n/b')" \
			"$(printf '/a\177')" "${long}0"; do
		echo "$bad" > "$KNOBS/umh_allow" 2> /dev/null && fault "taken: $bad"
	done
	printf '/a\0/b' > "$KNOBS/umh_allow" 2> /dev/null && fault "taken: NUL"
	[ "$(cat "$KNOBS/umh_allow")" = "$helper" ] ||
		fault "now it is $(cat "$KNOBS/umh_allow")"
	for good in "$long" "/a," "/a:b" "key:/sbin/a,core:/b,/c" \
			"other:/a,module:/a,core:/a,hotplug:/a,key:/a,mce:/a"; do
		allow "$good"
		[ "$(cat "$KNOBS/umh_allow")" = "$good" ] ||
			fault "now it is $(cat "$KNOBS/umh_allow")"
	done
	allow ""
	expect_silence
}

# A program of a hierarchy of control groups, started when a group is empty.
release_agent()
{
	groups=$work/groups
	mkdir -p "$groups"
	mount -t cgroup -o "none,name=lkrg,release_agent=$helper" none "$groups" \
		2> /dev/null || { skipped="there are no cgroups of version 1"; return; }
	for turn in mount write; do
		[ $turn = mount ] || echo "$helper" > "$groups/release_agent"
		prepare
		mkdir "$groups/one"
		echo 1 > "$groups/one/notify_on_release"
		rmdir "$groups/one/x" 2> /dev/null
		sh -c "echo \$\$ > $groups/one/cgroup.procs"
		expect_started
		rmdir "$groups/one"
	done
	umount "$groups"
	expect_silence
}

need_root
prepare_attacks
make_helper
say_what_is_expected
[ "$guard" = off ] || { set_knob umh_validate 1 && set_knob umh_enforce 1; }
ktap_set_plan 28

unknown="not what the kernel starts for this"
run_test "core_pattern" overwritten helper-core_pattern $PATTERN core_pattern crash "|"
run_test "modprobe_path" overwritten helper-modprobe_path $MODPROBE modprobe_path \
	miss_a_module ""
run_test "mce_helper" overwritten helper-mce_helper $MCE mce_helper machine_check ""
for test in found_by_pass not_laundered; do
	run_test "core_pattern, $test" $test helper-core_pattern $PATTERN core_pattern \
		"" "|"
	run_test "modprobe_path, $test" $test helper-modprobe_path $MODPROBE \
		modprobe_path "" ""
	run_test "mce_helper, $test" $test helper-mce_helper $MCE mce_helper "" ""
	run_test "poweroff_cmd, $test" $test helper-poweroff_cmd $POWEROFF poweroff_cmd \
		"" ""
done
run_test "core_pattern by root" by_root $PATTERN crash "|"
run_test "modprobe_path by root" by_root $MODPROBE miss_a_module ""
run_test "mce_helper by root" by_root $MCE machine_check ""
run_test "core_pattern by anybody" by_anybody $PATTERN core_pattern \
	sysctl-core_pattern crash "|"
printf %s "$MCE" > /sys/module/lkrg_attack/parameters/sysfs_file
run_test "mce_helper by anybody" by_anybody $MCE mce_helper sysfs-file machine_check ""
run_test "umh-run" not_to_be_started umh-run "" "$unknown"
run_test "umh-run, listed for others" not_to_be_started umh-run \
	"key:$helper,core:$helper" "$unknown"
run_test "umh-library" not_to_be_started umh-library "$helper" \
	"its environment has LD_ in it"
run_test "umh-changed" not_to_be_started umh-changed "$helper" \
	"changed after it was prepared"
run_test "a listed program" to_be_started "/bin/other,$helper"
run_test "a listed program, for this" to_be_started "other:$helper"
run_test "settings" with_settings
run_test "umh_enforce=0" only_logged
run_test "umh_enforce=0, by anybody" only_logged_of_anybody
run_test "lists" lists
run_test "release_agent" release_agent
sum_of_reports
ktap_finished
