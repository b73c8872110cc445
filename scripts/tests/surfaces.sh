# SPDX-License-Identifier: GPL-2.0-only
#
# What else exploits end in: programs that the kernel starts.

helpers='DETECT: Kernel: helper changed: [a-z_]+: ".*" -> ".*"; (restored|logged)$'
blocked='BLOCK: UMH: helper blocked: .*; (refused|logged)$'

test_surfaces() {
	build small || return 0

	guest surfaces --timeout 900 -- /selftests/run_kselftest.sh -t lkrg:helper_test.sh
	went_well 'surfaces: with lkrg'
	tap surfaces "$out"
	clean_console 'surfaces: with lkrg nothing else on the console' "$issues" "$helpers" "$blocked"

	guest surfaces-control --timeout 900 --lsm $without -- /selftests/run_kselftest.sh -t lkrg:helper_test.sh
	went_well 'surfaces: without lkrg'
	tap 'surfaces: without lkrg' "$out"
	clean_console 'surfaces: without lkrg nothing else on the console'

	guest surfaces-panic --append 'lkrg.umh_enforce=2' --expect-panic 'helper changed: modprobe_path' -- /guest/attack helper-modprobe_path
	went_well 'surfaces: umh_enforce=2 is a panic'
	check 'surfaces: the report before the panic' judge_panic 'DETECT: Kernel: helper changed: modprobe_path: ".*" -> "/bin/true"; panic$'
}
