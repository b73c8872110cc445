# SPDX-License-Identifier: GPL-2.0-only
#
# What else an exploit needs: the flow of the kernel.

test_surfaces() {
	flow='DETECT: Task: attack_victim\[[0-9]+/[0-9]+\]: control flow broken: from .*: (refused, process killed|logged)$'
	build small || return 0

	guest flow --smp 2 --timeout 900 -- /selftests/run_kselftest.sh -t lkrg:flow_test.sh
	went_well 'flow: with lkrg'
	tap flow "$out"
	clean_console 'flow: with lkrg nothing else on the console' "$flow"

	guest flow-control --smp 2 --timeout 900 --lsm $without -- /selftests/run_kselftest.sh -t lkrg:flow_test.sh
	went_well 'flow: without lkrg'
	tap 'flow: without lkrg' "$out"
	clean_console 'flow: without lkrg nothing else on the console'

	guest flow-panic --append lkrg.pcfi_enforce=2 --expect-panic 'control flow broken: from ' -- /guest/attack flow-gadget-commit
	went_well 'flow: pcfi_enforce=2 is a panic'
	check 'flow: pcfi_enforce=2: the report before the panic' judge_panic 'DETECT: Task: .*: control flow broken: from lkrg_attack_gadget.*; at commit_creds: panic$'
}
