// SPDX-License-Identifier: GPL-2.0-only
/*
 * asroot COMMAND [ARG]...: a small sudo for the guest, setuid root. Members
 * of the group sudo become root with all ids and groups, nobody else does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GID_SUDO 27

static int may_become_root(void)
{
	gid_t groups[64];
	int i, n;

	if (getgid() == GID_SUDO)
		return 1;
	n = getgroups(64, groups);
	for (i = 0; i < n; i++)
		if (groups[i] == GID_SUDO)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	const gid_t root = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: asroot COMMAND [ARG]...\n");
		return 2;
	}
	if (!may_become_root()) {
		fprintf(stderr, "asroot: uid %d is not in the group sudo\n", getuid());
		return 1;
	}
	if (setgroups(1, &root) || setresgid(0, 0, 0) || setresuid(0, 0, 0)) {
		fprintf(stderr, "asroot: can't become root: %s\n", strerror(errno));
		return 1;
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "asroot: %s: %s\n", argv[1], strerror(errno));
	return 127;
}
