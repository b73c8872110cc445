# SPDX-License-Identifier: GPL-2.0-only
#
# The series is in step with the overlay and applies: scripts/check. With --full
# also: would scripts/check see it?

test_check() {
	rc=0
	"$LKRG_TOP/scripts/check" ${kernel:+--kernel "$kernel"} >"$LKRG_TMP/check" 2>&1 || rc=$?
	grep -v ' passed, .* failed, ' "$LKRG_TMP/check" | results_with check
	grep -q '^[0-9]* passed, .* failed, ' "$LKRG_TMP/check" || failed "check: ended early with status $rc" "$LKRG_TMP/check"

	[ -n "$full" ] || return 0
	"$LKRG_TOP/scripts/tests/broken-series" >"$LKRG_TMP/broken" 2>"$LKRG_TMP/broken.err" || :
	tap 'check: it sees' "$LKRG_TMP/broken"
}
