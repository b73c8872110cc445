/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Requests to io_uring, one at a time
 */

#ifndef _SELFTESTS_LKRG_RING_H
#define _SELFTESTS_LKRG_RING_H

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/types.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
	int fd;
	__u32 *tail;
	__u32 *mask;
	__u32 *array;
	__u32 *cq_head;
	__u32 *cq_mask;
	struct io_uring_cqe *cqes;
	struct io_uring_sqe *sqes;
};

static inline int ring_open(struct ring *ring)
{
	struct io_uring_params params = {};
	size_t size;
	char *map;

	ring->fd = syscall(__NR_io_uring_setup, 4, &params);
	if (ring->fd < 0)
		return -1;
	if (!(params.features & IORING_FEAT_SINGLE_MMAP)) {
		errno = EOPNOTSUPP;
		return -1;
	}
	size = params.cq_off.cqes +
		params.cq_entries * sizeof(struct io_uring_cqe);
	if (size < params.sq_off.array + params.sq_entries * sizeof(__u32))
		size = params.sq_off.array + params.sq_entries * sizeof(__u32);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
		   IORING_OFF_SQ_RING);
	if (map == MAP_FAILED)
		return -1;
	ring->sqes = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			  IORING_OFF_SQES);
	if (ring->sqes == MAP_FAILED)
		return -1;
	ring->tail = (__u32 *)(map + params.sq_off.tail);
	ring->mask = (__u32 *)(map + params.sq_off.ring_mask);
	ring->array = (__u32 *)(map + params.sq_off.array);
	ring->cq_head = (__u32 *)(map + params.cq_off.head);
	ring->cq_mask = (__u32 *)(map + params.cq_off.ring_mask);
	ring->cqes = (struct io_uring_cqe *)(map + params.cq_off.cqes);
	return 0;
}

static inline struct io_uring_sqe *ring_request(struct ring *ring, int opcode)
{
	const __u32 index = *ring->tail & *ring->mask;
	struct io_uring_sqe *const sqe = &ring->sqes[index];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = opcode;
	ring->array[index] = index;
	return sqe;
}

/* Submits a read and does not wait for its end. */
static inline int ring_start_read(struct ring *ring, int fd, char *byte)
{
	struct io_uring_sqe *const sqe = ring_request(ring, IORING_OP_READ);

	sqe->fd = fd;
	sqe->addr = (__u64)(uintptr_t)byte;
	sqe->len = 1;
	__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
	return syscall(__NR_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0) == 1 ? 0 : -1;
}

/* Opens a file through the ring; the result is a descriptor or -errno. */
static inline int ring_open_file(struct ring *ring, const char *path,
				 int personality, int flags)
{
	struct io_uring_sqe *const sqe = ring_request(ring, IORING_OP_OPENAT);
	int ret;

	sqe->flags = flags;
	sqe->fd = AT_FDCWD;
	sqe->addr = (__u64)(uintptr_t)path;
	sqe->personality = personality;
	__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
	if (syscall(__NR_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) != 1)
		return -errno;
	ret = ring->cqes[*ring->cq_head & *ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, *ring->cq_head + 1, __ATOMIC_RELEASE);
	return ret;
}

#endif /* _SELFTESTS_LKRG_RING_H */
