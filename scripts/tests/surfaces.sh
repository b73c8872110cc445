# SPDX-License-Identifier: GPL-2.0-only
#
# What else is guarded: attacks on it are refused and reported, honest programs
# are not, and without the guard the same attacks work.

test_surfaces() {
	inodes='DETECT: Kernel: inode changed: [^ ]*/target \((tmpfs|ext4), [0-9]+\): '
	build small || return 0

	guest surfaces --timeout 900 -- /selftests/run_kselftest.sh -t lkrg:inode_test.sh
	went_well 'surfaces: with lkrg'
	tap surfaces "$out"
	clean_console 'surfaces: with lkrg nothing else on the console' "$inodes"

	guest surfaces-control --timeout 900 --lsm $without -- /selftests/run_kselftest.sh -t lkrg:inode_test.sh
	went_well 'surfaces: without lkrg'
	tap 'surfaces: without lkrg' "$out"
	clean_console 'surfaces: without lkrg nothing else on the console'
}
