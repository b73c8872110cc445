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
HOTPLUG=/sys/kernel/uevent_helper
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
	from=$(printf '%s\n' "$2" | sed 's/^|/[|]/')
	to=$(printf '%s\n' "$3" | sed 's/^|/[|]/')
	reports_expected=$((reports_expected + 1))
	expect_line "DETECT: Kernel: helper changed: $1: \"$from\" -> \"$to\"; ${4:-restored}"
}

# Arguments: what for, why, what was done, which program
expect_blocked()
{
	[ "${3:-refused}" = refused ] && verb=BLOCK || verb=ALLOW
	expect_line "$verb: UMH: helper blocked: ${4:-$helper}, $1: $2; ${3:-refused}"
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

switch_off()
{
	request event-poweroff
}

tell_of_device()
{
	echo change > /sys/class/mem/null/uevent
}

run_other()
{
	start umh-run
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

# While the kernel starts what it names it is named anew.
by_root_all_the_time()
{
	old=$(cat "$MODPROBE")
	(while [ ! -e "$work/enough" ]; do
		echo "$helper" > "$MODPROBE"
		echo /bin/true > "$MODPROBE"
	done) &
	prepare
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		miss_a_module
	done
	: > "$work/enough"
	wait $!
	rm "$work/enough"
	echo "$old" > "$MODPROBE"
	expect_started
	expect_silence
}

# A core dump is written over a file, and what says so is put there late.
core_late()
{
	old=$(cat "$PATTERN")
	prepare
	printf %s "$work/started" > /sys/module/lkrg_attack/parameters/helper
	request core-late
	crash
	if [ "$guard" = on ]; then
		expect_not_started
		expect_changed core_pattern "$old" "$work/started"
	else
		expect_started
		echo "$old" > "$PATTERN"
	fi
	request core-late-restore
	[ "$(cat "$PATTERN")" = "$old" ] || fault "now it is $(cat "$PATTERN")"
	make_helper
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

# Arguments: request, list of what is allowed, why it is blocked, which program
not_to_be_started()
{
	allow "$2"
	prepare
	start "$1"
	if [ "$guard" = on ]; then
		expect_not_started
		expect_blocked "for what is not said" "$3" refused "$4"
	else
		expect_started
	fi
	allow ""
}

to_be_started()
{
	allow "$1"
	prepare
	start "${2:-umh-run}" || fault "$(said)"
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

were_reported()
{
	read_log
	[ "$(alerts | wc -l)" = "$1" ]
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
	# It is not what the kernel starts either, as if nothing were known of the name.
	wait_until 10 were_reported 2 || fault "no two reports: $(alerts)"
	reports_expected=$((reports_expected + 1))
	changed="helper changed: modprobe_path: \"$was\" -> \"$helper\""
	alerts | grep -qxF "LKRG: ALERT: DETECT: Kernel: $changed; logged" ||
		fault "no report of the name"
	blocked="helper blocked: $helper, to load a module: $unknown"
	alerts | grep -qxF "LKRG: ALERT: ALLOW: UMH: $blocked; logged" ||
		fault "no report of the program"
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

# What % stands for is not known before the program is named, and may be in its name.
patterns()
{
	cp "$helper" "$work/helper.6"
	by_root "$PATTERN" crash "|$work/helper.%s "
	was=$(cat "$PATTERN")
	echo "|$work/helper.%s" > "$PATTERN" || fault "cannot be set"
	overwritten helper-core_pattern "$PATTERN" core_pattern crash "|"
	echo "$was" > "$PATTERN" || fault "cannot be set back"
}

# As modprobe often is, and so is what it leads to.
links()
{
	ln -s helper "$work/link"
	printf %s "$work/link" > /sys/module/lkrg_attack/parameters/helper
	to_be_started "other:$work/link"
	not_to_be_started umh-run "$helper" "$unknown" "$work/link"
	printf %s "$helper" > /sys/module/lkrg_attack/parameters/helper
}

# The name is right, and leads to a user's file.
forged_link()
{
	[ -z "$starter" ] || { skipped="the kernel opens $starter alone"; return; }
	was=$(cat "$MODPROBE")
	ln -s /bin/true "$work/target"
	cp "$helper" "$work/users"
	chown 1000 "$work/users"
	echo "$work/target" > "$MODPROBE"
	printf %s "$work/users" > /sys/module/lkrg_attack/parameters/helper
	prepare
	(cd "$work" && echo helper-link > "$DEVICE") || fault "helper-link cannot be done"
	miss_a_module
	if [ "$guard" = on ]; then
		expect_not_started
		expect_blocked "for what is not said" "a file that others may write to" \
			refused "$work/users"
	else
		expect_started
	fi
	request helper-link-restore
	# What root has put there is started.
	prepare
	ln -sf "$helper" "$work/target"
	miss_a_module
	expect_started
	expect_silence
	echo "$was" > "$MODPROBE"
	printf %s "$helper" > /sys/module/lkrg_attack/parameters/helper
}

# The name of the program is in read-only data.
KEYS=/sbin/request-key

keys()
{
	[ ! -e "$KEYS" ] && [ ! -e /tmp/request-key ] ||
		{ skipped="there is a program that constructs keys"; return; }
	cp "$helper" "$KEYS"
	prepare
	request event-key
	expect_started
	[ "$guard" = off ] || expect_pass
	expect_silence
	rm "$KEYS"

	cp "$helper" /tmp/request-key
	prepare
	request helper-request_key
	report="Kernel: rodata changed: $(what_was_changed | sed 's/[][+.]/[&]/g'); logged"
	request event-key
	if [ "$guard" = on ]; then
		expect_not_started
		expect_blocked "to construct a key" "$unknown" refused /tmp//request-key
		mark
		expect_pass
		expect_report "$report"
	else
		expect_started
	fi
	request rodata-restore
	rm /tmp/request-key
	mark
	[ "$guard" = off ] || expect_pass
	expect_silence
}

# A program of a hierarchy of control groups, started when a group is empty.  That of
# an earlier run may still be there, so it has a name of its own.
mount_groups()
{
	groups=$work/groups
	mkdir -p "$groups"
	mount -t cgroup -o "none,name=lkrg-$$-$1" none "$groups" 2> /dev/null ||
		skipped="there are no cgroups of version 1"
	[ -z "$skipped" ]
}

leave_group()
{
	mkdir "$groups/one"
	echo 1 > "$groups/one/notify_on_release"
	sh -c "echo \$\$ > $groups/one/cgroup.procs"
}

release_agent()
{
	mount_groups "named,release_agent=$helper" || return
	for turn in mount write; do
		[ $turn = mount ] || echo "$helper" > "$groups/release_agent"
		prepare
		leave_group
		expect_started
		rmdir "$groups/one"
	done
	umount "$groups"
	expect_silence
}

# A program that root has not named
agent_is_blocked()
{
	prepare
	leave_group
	if [ "$guard" = on ]; then
		expect_not_started
		expect_blocked "for what is not said" "$unknown"
	else
		expect_started
	fi
	rmdir "$groups/one"
}

# It is not put back, so it is refused each time.
other_release_agent()
{
	mount_groups other || return
	printf %s "$groups" > /sys/module/lkrg_attack/parameters/hierarchy
	request helper-release_agent
	[ "$(cat "$groups/release_agent")" = "$helper" ] || fault "nothing was changed"
	for turn in 1 2; do
		agent_is_blocked
	done
	umount "$groups"
}

# Whoever has opened it as root, and only he may have, has given it away.
release_agent_by_anybody()
{
	mount_groups given || return
	"$DIR/inode_victim" run 1000 /bin/sh -c "printf %s '$helper' >&9" \
		9> "$groups/release_agent" || fault "refused"
	agent_is_blocked
	umount "$groups"
}

need_root
prepare_attacks
make_helper
say_what_is_expected
[ "$guard" = off ] || { set_knob umh_validate 1 && set_knob umh_enforce 1; }
ktap_set_plan 53

# The one that starts all, if there is one; it is that which is started.
starter=$(zcat /proc/config.gz 2> /dev/null |
	sed -n 's/^CONFIG_STATIC_USERMODEHELPER_PATH="\(.*\)"$/\1/p')
unknown="not what the kernel starts for this"
# What is started by accident does not switch the machine off.
poweroff=$(cat $POWEROFF)
echo /bin/true > $POWEROFF

run_test "core_pattern" overwritten helper-core_pattern $PATTERN core_pattern crash "|"
run_test "core_pattern, by its page" overwritten helper-page $PATTERN core_pattern \
	crash "|"
run_test "modprobe_path" overwritten helper-modprobe_path $MODPROBE modprobe_path \
	miss_a_module ""
run_test "poweroff_cmd" overwritten helper-poweroff_cmd $POWEROFF poweroff_cmd \
	switch_off ""
run_test "uevent_helper" overwritten helper-uevent_helper $HOTPLUG uevent_helper \
	tell_of_device ""
run_test "mce_helper" overwritten helper-mce_helper $MCE mce_helper machine_check ""
run_test "umh_allow" overwritten helper-umh_allow $KNOBS/umh_allow umh_allow run_other ""
for test in found_by_pass not_laundered; do
	run_test "core_pattern, $test" $test helper-core_pattern $PATTERN core_pattern \
		"" "|"
	run_test "core_pattern, by its page, $test" $test helper-page $PATTERN \
		core_pattern "" "|"
	run_test "modprobe_path, $test" $test helper-modprobe_path $MODPROBE \
		modprobe_path "" ""
	run_test "poweroff_cmd, $test" $test helper-poweroff_cmd $POWEROFF poweroff_cmd \
		"" ""
	run_test "uevent_helper, $test" $test helper-uevent_helper $HOTPLUG \
		uevent_helper "" ""
	run_test "mce_helper, $test" $test helper-mce_helper $MCE mce_helper "" ""
	run_test "umh_allow, $test" $test helper-umh_allow $KNOBS/umh_allow umh_allow \
		"" ""
done
run_test "core_pattern by root" by_root $PATTERN crash "|"
run_test "modprobe_path by root" by_root $MODPROBE miss_a_module ""
run_test "poweroff_cmd by root" by_root $POWEROFF switch_off ""
run_test "uevent_helper by root" by_root $HOTPLUG tell_of_device ""
run_test "mce_helper by root" by_root $MCE machine_check ""
run_test "core_pattern by anybody" by_anybody $PATTERN core_pattern \
	sysctl-core_pattern crash "|"
printf %s "$HOTPLUG" > /sys/module/lkrg_attack/parameters/sysfs_file
run_test "uevent_helper by anybody" by_anybody $HOTPLUG uevent_helper sysfs-file \
	tell_of_device ""
printf %s "$MCE" > /sys/module/lkrg_attack/parameters/sysfs_file
run_test "mce_helper by anybody" by_anybody $MCE mce_helper sysfs-file machine_check ""
run_test "core_pattern while threads stop" core_late
run_test "core_pattern with %" patterns
run_test "umh-run" not_to_be_started umh-run "" "$unknown"
run_test "umh-run, listed for others" not_to_be_started umh-run \
	"key:$helper,core:$helper" "$unknown"
run_test "umh-library" not_to_be_started umh-library "$helper" \
	"its environment has LD_ in it"
run_test "umh-changed" not_to_be_started umh-changed "$helper" \
	"changed after it was prepared"
late="changed after it was verified"
run_test "umh-late" not_to_be_started umh-late "$helper" "$late"
for attack in umh-late-argument umh-late-library; do
	run_test "$attack" not_to_be_started $attack "$helper" "$late" "$starter"
done
run_test "a listed program" to_be_started "/bin/other,$helper"
run_test "a listed program, for this" to_be_started "other:$helper"
run_test "a listed program, with long arguments" to_be_started "$helper" umh-long
run_test "modprobe_path by root, all the time" by_root_all_the_time
run_test "a link" links
run_test "a link in memory" forged_link
run_test "settings" with_settings
run_test "umh_enforce=0" only_logged
run_test "umh_enforce=0, by anybody" only_logged_of_anybody
run_test "lists" lists
run_test "request-key" keys
run_test "release_agent by anybody" release_agent_by_anybody
run_test "release_agent in memory" other_release_agent
run_test "release_agent" release_agent
echo "$poweroff" > $POWEROFF
sum_of_reports
ktap_finished
