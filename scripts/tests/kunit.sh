# SPDX-License-Identifier: GPL-2.0-only
#
# The guard's KUnit suites, which run when the kernel boots.

test_kunit() {
	build small || return 0
	guest kunit --append 'kunit.enable=1 kunit.filter_glob=lkrg*' -- true
	went_well 'kunit: the kernel boots'
	tap kunit "$console"
	clean_console 'kunit: nothing else on the console' 'ISSUE: lkrg\.(kunit|patch): '
}
