# SPDX-License-Identifier: GPL-2.0-only
#
# Work that is none of an attacker's, and about which the guard has to be silent:
# other subsystems' selftests, logins, containers and stress-ng, in a small Debian.
# (Those that patch the kernel are in the part image.)

# The kernel's selftests of what the guard watches, and of what uses it. They
# are built here, so that the Debian has to be of the same release.
processes='capabilities clone3 core exec fchmodat2 filesystems/overlayfs
	filesystems/statmount landlock mount mount_setattr net/af_unix nsfs openat2
	perf_events pid_namespace pidfd prctl proc ptrace rlimits seccomp sigaltstack
	syscall_user_dispatch timens'

test_silence() {
	about=silence
	. "$LKRG_TOP/scripts/tests/selftests.sh"

	# shellcheck disable=SC2086
	compared small $processes || return 0
	in_debian logins -- /guest/debian /guest/logins
	tap 'silence: logins' "$out"
	silent 'silence: logins'

	in_debian containers --smp 4 --timeout 1800 -- /guest/debian /guest/containers 20
	tap 'silence: containers' "$out"
	silent 'silence: containers'

	in_debian stress --smp 4 --timeout $((stress * 2 + 300)) -- /guest/debian /guest/stress "$stress"
	tap 'silence: stress-ng' "$out"
	silent 'silence: stress-ng'
}
