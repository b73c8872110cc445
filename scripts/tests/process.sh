# SPDX-License-Identifier: GPL-2.0-only
#
# The process guard: attacks are stopped and reported, honest programs are not,
# and without the guard the same attacks work.

test_process() {
	build small || return 0

	guest process --timeout 1800 -- /selftests/run_kselftest.sh -t lkrg:process_test -t lkrg:attack_test.sh -t lkrg:matrix_test.sh
	went_well 'process: with lkrg'
	tap process "$out"
	clean_console 'process: with lkrg nothing else on the console' "$victims" "$image"

	# What kills nobody must not accuse anybody either.
	guest process-log --timeout 1800 --append 'lkrg.pint_enforce=0 lkrg.kint_enforce=0' -- /selftests/run_kselftest.sh -t lkrg:process_test
	went_well 'process: in log mode'
	tap 'process: in log mode' "$out"
	clean_console 'process: in log mode nothing else on the console'

	guest process-control --timeout 1800 --lsm $without -- /selftests/run_kselftest.sh -t lkrg:process_test -t lkrg:attack_test.sh -t lkrg:matrix_test.sh
	went_well 'process: without lkrg'
	tap 'process: without lkrg' "$out"
	clean_console 'process: without lkrg nothing else on the console'

	guest process-panic --append 'lkrg.pint_enforce=2' --expect-panic 'credential overwritten: uid 1000 -> 0' -- /guest/thief
	went_well 'process: pint_enforce=2 is a panic'
	check 'process: the report before the panic' judge_panic \
		'DETECT: Task: alice\[[0-9]+/[0-9]+\]: credential overwritten: uid 1000 -> 0, .*; at file_open: panic$'

	rounds=3
	[ -z "$full" ] || rounds=200
	guest process-load --timeout 7200 --smp 4 -- /guest/loaded /selftests/lkrg/attack_loop.sh $rounds
	went_well "process: $rounds times under load"
	tap "process: $rounds times under load" "$out"
	clean_console "process: $rounds times under load: nothing else on the console" "$victims"

	[ -n "$full" ] || return 0
	guest process-loop --timeout 7200 --smp 4 -- /guest/repeat 20 -t lkrg:process_test -t lkrg:attack_test.sh
	went_well 'process: 20 times'
	tap 'process: 20 times' "$out"
	clean_console 'process: 20 times: nothing else on the console' "$victims" "$image"
}
