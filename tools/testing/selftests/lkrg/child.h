/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What the tests have in common whose work is done by children
 */

#ifndef _SELFTESTS_LKRG_CHILD_H
#define _SELFTESTS_LKRG_CHILD_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest.h"

/* Memory that children share, or NULL. */
static inline void *share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Of a child: where it failed, or why it cannot be tried here. Shared. */
static char *reason;

#define REASON_SIZE	256

/* Ends the child: all that is checked here is done by children. */
#define CHECK(done)	check(done, #done, __LINE__)

static inline void check(bool done, const char *what, int line)
{
	if (done)
		return;
	if (!*reason)
		snprintf(reason, REASON_SIZE, "line %d: %s: %s", line, what,
			 strerror(errno));
	_exit(KSFT_FAIL);
}

/* Every kind of use that needs no privilege; all are verified by the guard. */
static inline int use(void)
{
	int fd;

	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	close(fd);
	return access("/dev/null", R_OK);
}

static inline int status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif /* _SELFTESTS_LKRG_CHILD_H */
