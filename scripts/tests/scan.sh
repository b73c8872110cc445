# SPDX-License-Identifier: GPL-2.0-only
#
# Passes: what asks for them, how many there are, and who stops them.

test_scan() {
	build small || return 0

	guest scan --smp 4 --timeout 1800 -- /selftests/run_kselftest.sh -t lkrg:scan_test.sh
	went_well 'scan: with lkrg'
	tap scan "$out"
	clean_console 'scan: nothing else on the console' 'DETECT: Kernel: passes stopped: ' \
		'DETECT: Kernel: text changed: kernel_halt'

	guest scan-realtime --smp 1 -- /guest/realtime
	went_well 'scan: a real-time task goes first'
	clean_console 'scan: a real-time task goes first, nothing on the console'

	guest scan-panic --append 'lkrg.kint_enforce=2 lkrg.kint_validate=2 lkrg.interval=5' --expect-panic 'passes stopped: the next one was taken away' -- /guest/attack scan-timer
	went_well 'scan: kint_enforce=2 is a panic'
	check 'scan: the report before the panic' judge_panic 'DETECT: Kernel: passes stopped: the next one was taken away, .*; panic$'

	[ -z "$full" ] || check 'scan: passes cost little and grow as they should' grows
}

grows() {
	"$LKRG_TOP/scripts/bench" --growth --check >"$LKRG_TMP/growth" 2>&1 || cat "$LKRG_TMP/growth"
}
