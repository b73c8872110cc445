// SPDX-License-Identifier: GPL-2.0-only
/*
 * Be a virtual machine that does nothing, as fast as it can, until killed.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	4096

static int failed(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return 1;
}

int main(void)
{
	/* out %al, $1; jmp to itself */
	static const unsigned char code[] = { 0xe6, 0x01, 0xeb, 0xfe };
	struct kvm_userspace_memory_region region = {
		.memory_size = PAGE,
	};
	struct kvm_sregs sregs;
	struct kvm_regs regs = { .rflags = 2 };
	struct kvm_run *run;
	int kvm, vm, vcpu, size;
	void *memory;

	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return failed("/dev/kvm");
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		return failed("KVM_CREATE_VM");
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return failed("mmap");
	memcpy(memory, code, sizeof(code));
	region.userspace_addr = (unsigned long)memory;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		return failed("KVM_SET_USER_MEMORY_REGION");
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0)
		return failed("KVM_CREATE_VCPU");
	size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		return failed("mmap of the virtual CPU");
	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		return failed("KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) || ioctl(vcpu, KVM_SET_REGS, &regs))
		return failed("KVM_SET_REGS");

	/* The first exit is the output, so it runs. */
	if (ioctl(vcpu, KVM_RUN, 0))
		return failed("KVM_RUN");
	if (run->exit_reason != KVM_EXIT_IO) {
		printf("exit %u\n", run->exit_reason);
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		ioctl(vcpu, KVM_RUN, 0);
}
