# SPDX-License-Identifier: GPL-2.0-only
#
# The guard of CPUs: what is changed in one of them is found, and what a machine
# does to its CPUs by itself is no violation.

test_cpu() {
	registers='DETECT: CPU: (register|mask|gate) changed: (CPU 3: |gate 5: |attributes of gate 5: )'
	build small || return 0

	guest cpu --smp 4 --timeout 1800 -- /selftests/run_kselftest.sh -t lkrg:cpu_test.sh
	went_well 'cpu: with lkrg'
	tap cpu "$out"
	clean_console 'cpu: with lkrg nothing else on the console' "$registers" \
		'DETECT: Kernel: still changed: reported before: 1; logged$'

	guest cpu-control --smp 4 --timeout 1800 --lsm $without -- /selftests/run_kselftest.sh -t lkrg:cpu_test.sh
	went_well 'cpu: without lkrg'
	tap 'cpu: without lkrg' "$out"
	clean_console 'cpu: without lkrg nothing else on the console'

	for bit in smep smap; do
		guest cpu-panic-$bit --smp 4 --expect-panic "register changed: CPU 3: CR4.$(echo $bit | tr a-z A-Z): 1 -> 0" -- /guest/attack cpu-$bit
		went_well "cpu: ${bit}_enforce=2 is a panic"
		check "cpu: ${bit}_enforce=2: the report before the panic" judge_panic "DETECT: CPU: register changed: CPU 3: CR4\.S[ME][AE]P: 1 -> 0; panic\$"
	done
	guest cpu-panic --smp 4 --append lkrg.kint_enforce=2 --expect-panic 'register changed: CPU 3: LSTAR: ' -- /guest/attack cpu-lstar
	went_well 'cpu: kint_enforce=2 is a panic'
	check 'cpu: kint_enforce=2: the report before the panic' judge_panic 'DETECT: CPU: register changed: CPU 3: LSTAR: .*; panic$'

	# No pass may interrupt such a CPU: it looks for itself.
	guest cpu-nohz --smp 4 --append 'isolcpus=3 nohz_full=3 lkrg.interval=5 lkrg.kint_validate=2' -- /guest/isolated
	went_well 'cpu: a CPU that is not to be interrupted'
	clean_console 'cpu: nothing else about it' "${registers}LSTAR: .*; logged\$"

	loops=20
	sleeps=2
	[ -z "$full" ] || loops=500 sleeps=20
	guest cpu-hotplug --smp 4 --timeout 3600 -- /guest/hotplug $loops
	went_well "cpu: all CPUs go and come $loops times"
	clean_console "cpu: $loops times, nothing on the console"

	guest cpu-suspend --smp 4 --timeout 1800 --button 2 -- /guest/suspend $sleeps
	went_well "cpu: the machine sleeps $sleeps times"
	clean_console "cpu: sleep, nothing on the console"

	guest cpu-kexec --smp 4 --add "$(build_dir small)/arch/x86/boot/bzImage" -- /guest/kexec
	went_well 'cpu: kexec'
	check 'cpu: kexec: both kernels were verified' both_ran
	clean_console 'cpu: kexec, nothing on the console'
}

both_ran() {
	grep '^kernel ' "$out" | cut -d : -f 1 | tr '\n' ' ' | grep -qx 'kernel first kernel second ' || cat "$out"
}
