/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What security/lkrg/tag.c needs of the kernel.
 */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef uint8_t u8;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef unsigned __int128 u128;

#define PAGE_SIZE 4096
#define U32_MAX UINT32_MAX
#define ULONG_MAX UINT64_MAX
#define U64_MAX UINT64_MAX
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define barrier() asm volatile("" : : : "memory")
#define __init
#define __ro_after_init
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define static_assert _Static_assert
#define __packed __attribute__((packed))
#define __aligned(bytes) __attribute__((aligned(bytes)))

/* A call may give less than it is asked for. */
static inline void get_random_bytes(void *buffer, size_t size)
{
	char *bytes = buffer;
	ssize_t got;

	for (; size; size -= got, bytes += got) {
		got = getrandom(bytes, size, 0);
		if (got < 0)
			abort();
	}
}

static inline u64 get_random_u64(void)
{
	u64 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}

#endif
