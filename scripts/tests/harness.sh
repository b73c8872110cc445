# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the tests: what the console of a guest, the way it ended and its
# TAP are taken for. The samples are shortened logs of real guests.

# sample NAME: a file with stdin in it
sample() {
	cat >"$LKRG_TMP/sample-$1"
}

# verdict_is WANTED STATUS QEMU SAMPLE: STATUS is what the job left, if it did
verdict_is() {
	rm -f "$LKRG_TMP/status"
	[ -z "$2" ] || echo "$2" >"$LKRG_TMP/status"
	echo "$3" >"$LKRG_TMP/qemu"
	got=$(vm_verdict "$LKRG_TMP/sample-$4" "$LKRG_TMP")
	[ "$got" = "$1" ] || echo "'$got' instead of '$1'"
}

# judged WANTED SAMPLE [AWK OPTION...]: WANTED is what is said, in one line
judged() {
	wanted=$1
	console=$LKRG_TMP/sample-$2
	shift 2
	got=$(judge "$LKRG_TMP/sample-expected" "$@" | paste -sd '|')
	[ "$got" = "$wanted" ] || echo "'$got' instead of '$wanted'"
}

tap_is() {
	got=$(awk -f "$LKRG_TOP/scripts/tests/tap.awk" "$LKRG_TMP/sample-$2" | paste -sd '|')
	[ "$got" = "$1" ] || echo "'$got' instead of '$1'"
}

relayed() {
	got=$(printf '%s' "$2" | vm_relay word "$LKRG_TMP" | od -An -c | tr -d ' \n')
	[ "$got" = "$1" ] || echo "'$got' instead of '$1'"
	[ "$(cat "$LKRG_TMP/status")" = 3 ] || echo "status $(cat "$LKRG_TMP/status")"
}

consoles() {
	sample clean <<-'END'
		[    1.571786] Freeing unused kernel image (initmem) memory: 1296K
		[    1.575653] Run /init as init process
		[    1.600000] LKRG: ALIVE: interval=15
		[    1.793754] reboot: Power down
	END
	sample panic <<-'END'
		[    1.575653] Run /init as init process
		[    2.100000] LKRG: ALERT: DETECT: Kernel: text changed: f+0x1/0x2: 00 -> 01; panic
		[    2.100001] Kernel panic - not syncing: LKRG: ALERT: DETECT: Kernel: text changed: f+0x1/0x2: 00 -> 01; panic
		[    2.100002] WARNING: CPU: 0 PID: 1 at kernel/x.c:1 f+0x1/0x2
	END
	sample int3 <<-'END'
		[    1.097195] Oops: int3: 0000 [#1] PREEMPT SMP
		[    1.097195] RIP: 0010:hrtimer_start_range_ns+0x1ad/0x420
		[    1.097195] Kernel panic - not syncing: Fatal exception in interrupt
	END
	sample late-int3 <<-'END'
		[    1.575653] Run /init as init process
		[    9.097195] Oops: int3: 0000 [#1] PREEMPT SMP
		[    9.097195] Kernel panic - not syncing: Fatal exception in interrupt
	END
	sample nmi <<-'END'
		[    1.575653] Run /init as init process
		[  901.000000] Kernel panic - not syncing: NMI: Not continuing
	END
	sample alert <<-'END'
		[    1.600000] LKRG: ALIVE: interval=15
		[    2.100000] LKRG: ALERT: DETECT: Task: sh[71/71]: credential overwritten: uid 1000 -> 0; at file_open: logged
	END
	sample trouble <<-'END'
		[    2.000000] ------------[ cut here ]------------
		[    2.000001] WARNING: CPU: 1 PID: 9 at kernel/cred.c:1 f+0x1/0x2
		[    2.000002] WARNING: possible circular locking dependency detected
		[    2.000003][   T12] BUG: sleeping function called from invalid context at mm/x.c:1
		[    2.000004] WARNING: suspicious RCU usage
		[    2.000005] kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
		[    2.000006] UBSAN: shift-out-of-bounds in x.c:1:1
		[    2.000007] [ BUG: Invalid wait context ]
		[    2.000008] LKRG: ISSUE: lkrg.interval: not a whole number from 5 to 1800, nothing changed
	END
	sample failures <<-'END'
		[    2.0] attack_victim: vmalloc error: size 4096, vm_struct allocation failed
		[    2.0] Call Trace:
		[    2.0] Call Trace:
		[    2.0] sh: vmalloc error: size 4096, vm_struct allocation failed
		[    2.0] Call Trace:
	END
	sample races <<-'END'
		[    2.0] ==================================================================
		[    2.0] BUG: KCSAN: data-race in a / b
		[    2.0]  a+0x1/0x2
		[    2.0] ==================================================================
		[    2.0] BUG: KCSAN: data-race in lkrg_f / b
		[    2.0]  lkrg_f+0x1/0x2
		[    2.0] LKRG: ALERT: DETECT: between the lines
		[    2.0] ==================================================================
		[    2.0] BUG: KCSAN: data-race in c / d
		[    2.0]  c+0x1/0x2
		[    2.0]  sysvec_apic_timer_interrupt+0x1/0x2
		[    2.0]  lkrg_f+0x1/0x2
		[    2.0]
		[    2.0]  d+0x1/0x2
		[    2.0]
		[    2.0] Workqueue: lkrg run_pass
		[    2.0] ==================================================================
		[    2.0] BUG: KCSAN: data-race in e / f
		[    2.0]  sysvec_apic_timer_interrupt+0x1/0x2
		[    2.0]
		[    2.0]  f+0x1/0x2
		[    2.0]  lkrg_f+0x1/0x2
		[    2.0] ==================================================================
	END
	sample addresses <<-'END'
		[    2.0] LKRG: STATE: lkrg.interval: 15 -> 30, by sh[1/1]
		[    2.0] LKRG: ALIVE: 0xffffffff81000000
		[    2.0] LKRG: STATE: FFFF888012345678
		[    2.0] init: at ffffffff81000000
	END
	sample expected </dev/null
}

test_harness() {
	consoles
	check 'harness: a job that ended' verdict_is 'ran 3' 3 0 clean
	check 'harness: a panic' verdict_is \
		'panic LKRG: ALERT: DETECT: Kernel: text changed: f+0x1/0x2: 00 -> 01; panic' '' 0 panic
	check 'harness: a panic after the job' verdict_is 'panic Fatal exception in interrupt' 0 0 late-int3
	check 'harness: an early int3 oops' verdict_is int3 '' 0 int3
	check 'harness: a guest that takes too long' verdict_is timeout '' 124 clean
	check 'harness: a guest that took too long and said why' verdict_is timeout '' 124 nmi
	check 'harness: a guest that is lost' verdict_is lost '' 0 clean

	check 'harness: a clean console' judged '' clean
	check 'harness: an unexpected panic' judged \
		'not expected: LKRG: ALERT: DETECT: Kernel: text changed: f+0x1/0x2: 00 -> 01; panic|Kernel panic - not syncing: LKRG: ALERT: DETECT: Kernel: text changed: f+0x1/0x2: 00 -> 01; panic|WARNING: CPU: 0 PID: 1 at kernel/x.c:1 f+0x1/0x2' panic
	check 'harness: an unexpected report' judged \
		'not expected: LKRG: ALERT: DETECT: Task: sh[71/71]: credential overwritten: uid 1000 -> 0; at file_open: logged' alert
	check 'harness: trouble in the kernel' judged \
		"$(sed -e 1d -e 's/^[[] *[0-9.]*\][[ T12]*\] //' -e 's/^[[] *[0-9.]*\] //' -e 's/^LKRG/not expected: &/' "$LKRG_TMP/sample-trouble" | paste -sd '|')" trouble
	check 'harness: failures that a test asked for' judged 'Call Trace:|Call Trace:' failures
	check 'harness: races, and races of the guard' judged 'BUG: KCSAN: data-race in lkrg_f / b|not expected: LKRG: ALERT: DETECT: between the lines|BUG: KCSAN: data-race in e / f' races

	check 'harness: addresses in what the guard says' judged 'an address: LKRG: ALIVE: 0xffffffff81000000|an address: LKRG: STATE: FFFF888012345678' addresses

	echo 'Task: sh\[[0-9]+/[0-9]+\]: credential overwritten: uid 1000 -> 0;' | sample expected
	check 'harness: an expected report' judged '' alert
	check 'harness: an expected report that is missing' judged \
		'expected, but not there: Task: sh\[[0-9]+/[0-9]+\]: credential overwritten: uid 1000 -> 0;' clean
	echo 'Kernel: text changed: f.*; panic$' | sample expected
	check 'harness: an expected panic' judged '' panic -v panic=1

	check 'harness: a relayed line' relayed 'a\n' 'word begin
a
word exit 3
'
	check 'harness: a relayed line without an end' relayed 'a\nb' 'word begin
a
bword exit 3
'

	sample tap <<-'END'
		[    1.1] KTAP version 1
		[    1.1] 1..1
		[    1.1]     KTAP version 1
		[    1.1]     # Subtest: lkrg_tag
		[    1.1]     1..3
		[    1.1]     ok 1 vectors
		[    1.1]     # flips: EXPECTATION FAILED at security/lkrg/tests/tag_kunit.c:9
		[    1.1]     not ok 2 flips
		[    1.1]         KTAP version 1
		[    1.1]         # Subtest: pokes
		[    1.1]         ok 1 none # SKIP no pokes
		[    1.1]     # pokes: pass:0 fail:0 skip:1 total:1
		[    1.1]     ok 3 pokes # SKIP no pokes
		[    1.1] # lkrg_tag: pass:1 fail:1 skip:1 total:3
		[    1.1] not ok 1 lkrg_tag
	END
	check 'harness: KTAP of KUnit' tap_is \
		'passed: lkrg_tag: vectors|FAILED: lkrg_tag: flips|            # flips: EXPECTATION FAILED at security/lkrg/tests/tag_kunit.c:9|skipped: lkrg_tag: pokes: none: no pokes' tap
	sample tap <<-'END'
		TAP version 13
		1..3
		# timeout set to 300
		# selftests: lkrg: base_test
		# TAP version 13
		# 1..2
		# ok 1 global.one
		# # why it is skipped
		# ok 2 global.two # SKIP no reason
		ok 1 selftests: lkrg: base_test
		# selftests: lkrg: x_test.sh
		# TAP version 13
		# 1..2
		# ok 1 a
		not ok 2 selftests: lkrg: x_test.sh # exit=1
		# selftests: lkrg: silent
		ok 3 selftests: lkrg: silent
	END
	check 'harness: TAP of kselftest, with a plan that is not fulfilled' tap_is \
		'passed: lkrg: base_test: global.one|skipped: lkrg: base_test: global.two: no reason|passed: lkrg: x_test.sh: a|FAILED: lkrg: x_test.sh: the results: 1 of 2 planned tests have a result|FAILED: lkrg: silent: there is no TAP of it|        # selftests: lkrg: silent' tap
	sample tap <<-'END'
		TAP version 13
		1..2
		# TAP version 13
		# 1..2
		# ok 1 a
	END
	check 'harness: TAP that breaks off' tap_is \
		'passed: unfinished: a|FAILED: unfinished: the results: 1 of 2 planned tests have a result|FAILED: the results: 0 of 2 planned tests have a result' tap
	sample tap <<-'END'
		TAP version 13
		ok 1 a
	END
	check 'harness: TAP without a plan' tap_is 'passed: a|FAILED: the results: a plan is missing' tap
	sample tap <<-'END'
		TAP version 13
		1..2
		# selftests: lkrg: whole.sh
		# TAP version 13
		# 1..0 # SKIP has to be run as root
		ok 1 selftests: lkrg: whole.sh # SKIP
		# selftests: lkrg: empty
		# TAP version 13
		# 1..0
		ok 2 selftests: lkrg: empty
	END
	check 'harness: TAP of a program that skips all, and of one that tests nothing' tap_is \
		'skipped: lkrg: whole.sh: all: has to be run as root|FAILED: lkrg: empty: all: nothing is tested|        # selftests: lkrg: empty' tap
	echo 'no test here' | sample tap
	check 'harness: no TAP' tap_is 'FAILED: the results: there is no TAP' tap
}
