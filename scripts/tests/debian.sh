# SPDX-License-Identifier: GPL-2.0-only
#
# One boot of Debian's own configuration, with all selftests.

test_debian() {
	config=debian
	build debian || return 0
	guest debian --memory 2048 --timeout 3600 -- /selftests/run_kselftest.sh -c lkrg -c lsm
	went_well 'debian: with lkrg'
	tap debian "$out"
	clean_console 'debian: nothing else on the console' "$victims" "$image" "$issues"
}
