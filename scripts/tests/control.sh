# SPDX-License-Identifier: GPL-2.0-only
#
# Settings: what may be set by whom, what nobody can take back, and who writes over
# them in memory.

# The lines that say that a knob is locked
refusals() {
	grep -c 'LKRG: ISSUE: lkrg\.[a-z_]*: lkrg\.[a-z_]* is locked and cannot be weakened until reboot, nothing changed' "$console"
}

# The table in the document says of each knob what knob_defs.h says.
documented() {
	sed -n 's/^LKRG_KNOB(\([a-z_]*\), \([0-9]*\), \([0-9]*\), \([0-9]*\), .*/\1 \2-\3 \4/p' \
		"$LKRG_TOP/security/lkrg/knob_defs.h" | sort >"$LKRG_TMP/knobs"
	[ -s "$LKRG_TMP/knobs" ] || echo 'no knob was found'
	sed -n 's/^\([a-z_]*\)  *\([0-9]*-[0-9]*\)  *\([0-9]*\)  .*/\1 \2 \3/p' \
		"$LKRG_TOP/Documentation/admin-guide/LSM/lkrg.rst" |
		grep -v '^\(trigger\|hide\|profile_[a-z]*\) ' | sort | diff "$LKRG_TMP/knobs" - || :
}

test_control() {
	check 'control: the knobs are documented as they are' documented
	build small || return 0

	guest control --timeout 900 --append 'sysctl.lkrg.interval=33 lkrg.profile_enforce=1 lkrg.hide=1 lkrg.hide=0 lkrg.net_server_addr=10.0.0.1 lkrg.net_server_port=0' -- \
		sh -c 'cd /proc/sys/lkrg; echo "$(cat interval kint_enforce smep_enforce profile_enforce hide | tr "\n" " ")"; exec /selftests/run_kselftest.sh -t lkrg:base_test -t lkrg:control_test.sh'
	went_well 'control: with lkrg'
	tap control "$out"
	check 'control: parameters at boot' grep -L '^33 1 2 1 0 $' "$out"
	clean_console 'control: nothing else on the console' "$issues" \
		'DETECT: Kernel: policy changed: lkrg\.(interval|kint_enforce): [0-9]+ -> 0; restored$' \
		'BLOCK: Module: insmod\[[0-9]+/[0-9]+\]: module blocked: '

	guest control-lock -- /guest/locked
	went_well 'control: with lkrg.lock=1'
	check 'control: each refusal has its line' count_is 15
	clean_console 'control: with lkrg.lock=1 nothing else on the console' "$issues"

	guest control-lock-boot --append 'lkrg.lock=1 lkrg.kint_enforce=1' -- /guest/locked lockdown
	went_well 'control: locked at boot'
	clean_console 'control: locked at boot, nothing else on the console' "$issues"

	guest control-lockdown --append lockdown=integrity -- /guest/locked lockdown
	went_well 'control: with lockdown'
	clean_console 'control: with lockdown nothing else on the console' "$issues"

	guest control-panic --append 'lkrg.kint_enforce=2' --expect-panic 'policy changed: lkrg.kint_enforce: 2 -> 0' -- /guest/attack policy-kint_enforce
	went_well 'control: kint_enforce=2 is a panic, also of who sets it to 0'
	check 'control: the report before the panic' judge_panic 'DETECT: Kernel: policy changed: lkrg\.kint_enforce: 2 -> 0; panic$'
}

count_is() {
	lines=$(refusals) || :
	[ "$lines" -eq "$1" ] || echo "$lines lines instead of $1"
}
