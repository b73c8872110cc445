# SPDX-License-Identifier: GPL-2.0-only
#
# The guard is there when it is asked for, as it is asked for, and leaves no
# trace otherwise.

# alive WANTED: number of lines that say that the guard is up
alive() {
	lines=$(grep -c 'LKRG: ALIVE: up, ' "$console") || :
	[ "$lines" -eq "$1" ] || echo "$lines lines 'LKRG: ALIVE: up, ' instead of $1"
}

# The command line is the user's and the version names who built the kernel.
no_trace() {
	grep -i lkrg "$console" | grep -v 'ommand line: \|Linux version ' || :
	cat "$out"
}

has_values() {
	sort "$out" | diff - "$LKRG_TMP/values" || :
}

test_boot() {
	build small || return 0

	guest boot-on -- /selftests/run_kselftest.sh -t lkrg:base_test \
		-t lsm:lsm_list_modules_test -t lsm:lsm_get_self_attr_test -t lsm:lsm_set_self_attr_test
	went_well 'boot: with lkrg'
	check 'boot: one line says that the guard is up' alive 1
	tap boot "$out"
	clean_console 'boot: with lkrg nothing else on the console' \
		"$issues"

	traces='ls -d /proc/sys/lkrg /sys/kernel/security/lkrg 2>/dev/null; ! grep lkrg /sys/kernel/security/lsm'
	guest boot-unlisted --lsm $without -- sh -c "$traces"
	went_well 'boot: lkrg not listed'
	check 'boot: not listed, there is no trace of it' no_trace
	clean_console 'boot: not listed, nothing else on the console'

	guest boot-nolkrg --append nolkrg -- sh -c "$traces"
	went_well 'boot: nolkrg'
	check 'boot: with nolkrg there is no trace of it' no_trace
	clean_console 'boot: with nolkrg nothing else on the console'

	cat >"$LKRG_TMP/values" <<-'END'
		block_modules:0
		heartbeat:1
		hide:0
		interval:30
		kint_enforce:1
		kint_validate:1
		lock:0
		log_level:3
		msr_validate:1
		patch:1
		pcfi_enforce:1
		pcfi_validate:2
		pint_enforce:0
		pint_validate:0
		profile_enforce:9
		profile_validate:9
		smap_enforce:2
		smap_validate:1
		smep_enforce:2
		smep_validate:1
		trigger:0
		umh_enforce:1
		umh_validate:1
	END
	guest boot-values --append 'lkrg.heartbeat=1 lkrg.interval=30 lkrg.kint_validate=1 lkrg.pint_enforce=0 lkrg.pint_validate=0 lkrg.kint_enforce=9 lkrg.patch=log' \
		-- sh -c 'cd /proc/sys/lkrg && grep . *'
	went_well 'boot: with parameters'
	check 'boot: the parameters are the settings' has_values
	clean_console 'boot: with parameters nothing else on the console' \
		'ISSUE: lkrg\.kint_enforce: not a whole number from 0 to 2, nothing changed$'

	guest boot-tasks-only --append 'rodata=off lkrg.kint_validate=0' -- /guest/sleeper
	went_well 'boot: without the kernel image'
	clean_console 'boot: tasks are verified in passes nevertheless' \
		'ISSUE: rodata=off: the kernel image is not guarded, tasks are$' \
		'DETECT: Task: attack_victim\[[0-9]+/[0-9]+\]: credential overwritten: uid 1000 -> 0, .*; at pass: process killed$'

	if [ -n "$full" ]; then
		for i in 1 2 3 4 5 6 7 8 9 10; do
			guest "boot-again-$i" --smp 4 -- /guest/status
			went_well "boot: again, $i of 10"
			clean_console "boot: again, $i of 10: nothing else on the console"
		done
	fi
}
