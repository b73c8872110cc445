/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What the tests have in common
 */

#ifndef _SELFTESTS_LKRG_COMMON_H
#define _SELFTESTS_LKRG_COMMON_H

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../kselftest.h"

#define KNOBS		"/proc/sys/lkrg/"
#define STATE		"/sys/kernel/security/lkrg/"
#define LSM_LIST	"/sys/kernel/security/lsm"

/* An ordinary user, a group that is kept out of a file, and one let in. */
#define TEST_UID	1000
#define TEST_GID	1000
#define DENIED_GID	2000
#define GROUPED_GID	2001

/* Exit status of attack_victim beside 0. */
#define VICTIM_REFUSED	1
#define VICTIM_BROKEN	2
#define VICTIM_SKIP	KSFT_SKIP

struct caps {
	__u64 effective;
	__u64 permitted;
	__u64 inheritable;
};

static inline int caps_get(struct caps *caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(__NR_capget, &header, data))
		return -1;
	caps->effective = (__u64)data[1].effective << 32 | data[0].effective;
	caps->permitted = (__u64)data[1].permitted << 32 | data[0].permitted;
	caps->inheritable = (__u64)data[1].inheritable << 32 |
		data[0].inheritable;
	return 0;
}

static inline int caps_set(const struct caps *caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct data[2] = {
		{
			.effective = caps->effective,
			.permitted = caps->permitted,
			.inheritable = caps->inheritable,
		}, {
			.effective = caps->effective >> 32,
			.permitted = caps->permitted >> 32,
			.inheritable = caps->inheritable >> 32,
		},
	};

	return syscall(__NR_capset, &header, data);
}

/* Returns the length of what was read, 0-terminated, or -1. */
static inline ssize_t read_text(const char *path, char *text, size_t size)
{
	ssize_t len, all = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while ((len = read(fd, text + all, size - 1 - all)) > 0)
		all += len;
	close(fd);
	text[all] = '\0';
	return len < 0 ? -1 : all;
}

/* One write, without a newline unless @text has it. */
static inline int write_text(const char *path, const char *text)
{
	ssize_t len;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = write(fd, text, strlen(text));
	close(fd);
	return len == (ssize_t)strlen(text) ? 0 : -1;
}

static inline bool guard_is_on(void)
{
	char text[256], *name, *rest = text;

	if (read_text(LSM_LIST, text, sizeof(text)) < 0)
		return false;
	while ((name = strsep(&rest, ",\n")))
		if (!strcmp(name, "lkrg"))
			return true;
	return false;
}

/* The value of a line of stats, or -1. */
static inline long statistic(const char *name)
{
	char text[4096], *line, *rest = text;
	size_t len = strlen(name);

	if (read_text(STATE "stats", text, sizeof(text)) < 0)
		return -1;
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, name, len) && line[len] == ' ')
			return atol(line + len + 1);
	return -1;
}

/* The kernel log from here on. */
static inline int open_log(void)
{
	int fd;

	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* The next line with @text in it, or false. */
static inline bool find_in_log(int log, const char *text, char *line, size_t size)
{
	ssize_t len;

	while ((len = read(log, line, size - 1)) > 0) {
		line[len] = '\0';
		if (strstr(line, text))
			return true;
	}
	return false;
}

#endif /* _SELFTESTS_LKRG_COMMON_H */
