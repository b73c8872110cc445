# SPDX-License-Identifier: GPL-2.0-only
#
# Four kernels that watch themselves: every test of the guard runs in each.

# analyse CONFIG
analyse() {
	config=$1
	build "$1" || return 0

	guest "$1-kunit" --memory 2048 --timeout 1800 --append 'kunit.enable=1 kunit.filter_glob=lkrg*' -- true
	went_well "$1: the kernel boots"
	tap "$1" "$console"
	clean_console "$1: KUnit, nothing else on the console" 'ISSUE: lkrg\.(kunit|patch): '

	guest "$1" --memory 2048 --timeout 7200 -- /guest/analysed
	went_well "$1: with lkrg"
	tap "$1" "$out"
	clean_console "$1: nothing else on the console" "$victims" "$image" "$issues"
}

test_kasan() {
	analyse kasan
	[ -e "$LKRG_RUN/built-kasan" ] || return 0

	guest kasan-fuzz --memory 2048 --smp 4 --timeout 3600 -- /selftests/lkrg/fuzz_interface -l 600
	went_well 'kasan: every file of the interface, 600 s'
	tap kasan "$out"
	clean_console 'kasan: every file of the interface, nothing else on the console' "$issues"
}

test_kcsan() {
	analyse kcsan
}

test_rt() {
	analyse rt
}

test_clang() {
	analyse clang
}
