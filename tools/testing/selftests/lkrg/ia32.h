/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - System calls by the entry for programs of 32 bits
 */

#ifndef _SELFTESTS_LKRG_IA32_H
#define _SELFTESTS_LKRG_IA32_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Their numbers there */
#define IA32_OPEN	5
#define IA32_GETPID	20
#define IA32_SETNS	346

/* Addresses have to be below 4 GiB. Returns what the kernel does: -errno. */
static inline int ia32_syscall(int number, unsigned long a, unsigned long b)
{
	int ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (number), "b" (a), "c" (b), "d" (0)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* Where the kernel has no such entry it is a fault. */
static inline bool have_ia32(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(ia32_syscall(IA32_GETPID, 0, 0) != getpid());
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

#endif /* _SELFTESTS_LKRG_IA32_H */
