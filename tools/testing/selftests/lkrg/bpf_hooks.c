// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Programs behind a function of the kernel
 *
 *   bpf_hooks FUNCTION
 *
 * Has trampolines of BPF made for its beginning and its end, and has the dispatcher
 * of XDP call a program, until it is killed.  Says so when all is in place.  Exits
 * with KSFT_SKIP where the kernel has no types to name a function by.
 */

#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../kselftest.h"

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static size_t size_of(const struct btf_type *type)
{
	const size_t members = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(*type) + sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(*type) + sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return sizeof(*type) + members * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return sizeof(*type) + members * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return sizeof(*type) + members * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return sizeof(*type) + members * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return sizeof(*type) + members * sizeof(struct btf_enum64);
	default:
		return sizeof(*type);
	}
}

/* No more than a page comes at once. */
static char *read_all(int fd, size_t size)
{
	char *all = malloc(size);
	size_t done;
	ssize_t more;

	for (done = 0; done < size; done += more) {
		more = all ? read(fd, all + done, size - done) : -1;
		if (more <= 0)
			err(1, "types");
	}
	return all;
}

/* The number of a function among the kernel's types */
static unsigned int type_of(const char *function)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	const struct btf_header *header;
	const char *names, *at, *end;
	unsigned int id = 0;
	struct stat file;
	char *types;

	if (fd < 0 || fstat(fd, &file))
		return 0;
	types = read_all(fd, file.st_size);
	header = (const void *)types;
	names = types + header->hdr_len + header->str_off;
	at = types + header->hdr_len + header->type_off;
	end = at + header->type_len;
	while (at < end) {
		const struct btf_type *type = (const void *)at;

		/* 0 is void, and has no entry. */
		id++;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(names + type->name_off, function))
			return id;
		at += size_of(type);
	}
	errx(1, "no function %s", function);
}

static int load(enum bpf_prog_type kind, enum bpf_attach_type where, unsigned int function,
		int value)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = value },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static char said[4096];
	union bpf_attr attr = {
		.prog_type = kind,
		.expected_attach_type = where,
		.attach_btf_id = function,
		.insns = (uintptr_t)insns,
		.insn_cnt = ARRAY_SIZE(insns),
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)said,
		.log_size = sizeof(said),
		.log_level = 1,
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		err(1, "a program is not loaded: %s", said);
	return fd;
}

static void attach(int program)
{
	union bpf_attr attr = { .raw_tracepoint.prog_fd = program };

	if (bpf(BPF_RAW_TRACEPOINT_OPEN, &attr) < 0)
		err(1, "a program is not attached");
}

/* More than once: then the dispatcher is made again for it, and without it afterwards. */
static void dispatch(int program)
{
	static char packet[64];
	union bpf_attr attr = {
		.test = {
			.prog_fd = program,
			.repeat = 2,
			.data_in = (uintptr_t)packet,
			.data_size_in = sizeof(packet),
		},
	};

	if (bpf(BPF_PROG_TEST_RUN, &attr))
		err(1, "a program is not run");
	if (attr.test.retval != XDP_PASS)
		errx(1, "a program returned %u", attr.test.retval);
}

int main(int argc, char **argv)
{
	unsigned int function;

	if (argc != 2)
		errx(1, "usage: bpf_hooks FUNCTION");
	function = type_of(argv[1]);
	if (!function)
		errx(KSFT_SKIP, "no types of the kernel");
	dispatch(load(BPF_PROG_TYPE_XDP, 0, 0, XDP_PASS));
	attach(load(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, function, 0));
	attach(load(BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, function, 0));
	puts("in place");
	fflush(stdout);
	for (;;)
		pause();
}
