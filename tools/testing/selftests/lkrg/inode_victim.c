// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - A program for tests of mode and owner of files
 *
 * inode_victim run UID PROGRAM ARGUMENT...: as an ordinary user
 * inode_victim whoami: print effective user and group
 * inode_victim read FILE: print its first line
 * inode_victim acl FILE: let another user and the group read and write it
 * inode_victim attribute FILE: give it an attribute of a user
 * inode_victim churn FILE SECONDS: open it all the time
 * inode_victim change FILE SECONDS: change mode and owner all the time
 * inode_victim remap FROM TO SOURCE TARGET: mount SOURCE with owners that are
 *	FROM shown as TO
 *
 * Exit status: 0, or 1 with the number of the error that was met.
 */

#define _GNU_SOURCE
#include <endian.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

static int failed(const char *what)
{
	printf("error: %s: %d\n", what, errno);
	return 1;
}

static int run(uid_t uid, char **program)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		return failed("setresuid");
	execv(program[0], program);
	return failed("execve");
}

static int whoami(void)
{
	printf("uid %d gid %d\n", geteuid(), getegid());
	return 0;
}

static int show(const char *path)
{
	char text[256];

	if (read_text(path, text, sizeof(text)) < 0)
		return failed("open");
	text[strcspn(text, "\n")] = '\0';
	puts(text);
	return 0;
}

static int set_acl(const char *path)
{
	struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[5];
	} acl = {
		{ htole32(POSIX_ACL_XATTR_VERSION) },
		{
			{ htole16(ACL_USER_OBJ), htole16(6), htole32(ACL_UNDEFINED_ID) },
			{ htole16(ACL_USER), htole16(6), htole32(1001) },
			{ htole16(ACL_GROUP_OBJ), htole16(6), htole32(ACL_UNDEFINED_ID) },
			{ htole16(ACL_MASK), htole16(7), htole32(ACL_UNDEFINED_ID) },
			{ htole16(ACL_OTHER), htole16(4), htole32(ACL_UNDEFINED_ID) },
		},
	};

	if (setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0))
		return failed("setxattr");
	return 0;
}

static int set_attribute(const char *path)
{
	if (setxattr(path, "user.lkrg", "x", 1, 0))
		return failed("setxattr");
	return 0;
}

/* Whatever another process does to it meanwhile, it is no attack. */
static int churn(const char *path, int seconds)
{
	const time_t end = time(NULL) + seconds;
	unsigned long opened = 0;

	while (time(NULL) < end) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return failed("open");
		close(fd);
		opened++;
	}
	printf("opened %lu times\n", opened);
	return 0;
}

static int change(const char *path, int seconds)
{
	const time_t end = time(NULL) + seconds;
	unsigned int i;

	for (i = 0; time(NULL) < end; i++) {
		if (chown(path, i % 3, i % 5) || chmod(path, 0444 | (i & 07333)))
			return failed("chmod");
	}
	printf("changed %u times\n", i);
	return 0;
}

/* A user namespace in which @from of the file system is @to of the mount */
static int make_mapping(int from, int to)
{
	char path[64], map[64];
	pid_t child;
	int fds[2], fd;

	if (pipe(fds))
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (!child) {
		if (unshare(CLONE_NEWUSER) || write(fds[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(fds[1]);
	if (read(fds[0], map, 1) != 1)
		return -1;
	snprintf(map, sizeof(map), "%d %d 1\n", from, to);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", child);
	if (write_text(path, map))
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/gid_map", child);
	if (write_text(path, map))
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return fd;
}

static int remap(int from, int to, const char *source, const char *target)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int tree, mapping;

	mapping = make_mapping(from, to);
	if (mapping < 0)
		return failed("user namespace");
	attr.userns_fd = mapping;
	tree = syscall(SYS_open_tree, AT_FDCWD, source,
		       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return failed("open_tree");
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		return failed("mount_setattr");
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, target,
		    MOVE_MOUNT_F_EMPTY_PATH))
		return failed("move_mount");
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "run") && argc > 3)
		return run(atoi(argv[2]), argv + 3);
	if (!strcmp(what, "whoami"))
		return whoami();
	if (!strcmp(what, "read") && argc > 2)
		return show(argv[2]);
	if (!strcmp(what, "acl") && argc > 2)
		return set_acl(argv[2]);
	if (!strcmp(what, "attribute") && argc > 2)
		return set_attribute(argv[2]);
	if (!strcmp(what, "churn") && argc > 3)
		return churn(argv[2], atoi(argv[3]));
	if (!strcmp(what, "change") && argc > 3)
		return change(argv[2], atoi(argv[3]));
	if (!strcmp(what, "remap") && argc > 5)
		return remap(atoi(argv[2]), atoi(argv[3]), argv[4], argv[5]);
	errx(1, "see the beginning of inode_victim.c");
}
