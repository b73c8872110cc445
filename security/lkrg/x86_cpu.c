// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - What is in the registers of a CPU, and what should be
 *
 * Each rule is one line: what the register has to hold, from the kernel's own
 * definitions where there is one, and what it holds.  What only the firmware and
 * the boot CPU know is taken before user space runs, into read-only memory.
 * Nothing else is ever learned from a CPU.
 *
 * Where a rule is not exact the difference is one that the kernel or the hardware
 * makes itself.
 */

#include <linux/array_size.h>
#include <linux/cache.h>
#include <linux/cpufeature.h>
#include <linux/cpumask.h>
#include <linux/efi.h>
#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/mm_types.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>

#include <asm/apicdef.h>
#include <asm/cpu_entry_area.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/hypervisor.h>
#include <asm/ia32.h>
#include <asm/ibt.h>
#include <asm/memtype.h>
#include <asm/msr.h>
#include <asm/proto.h>
#include <asm/sections.h>
#include <asm/segment.h>
#include <asm/tlbflush.h>

#include "x86.h"

#define APIC_BASE_GUARDED						\
	(MSR_IA32_APICBASE_BSP | MSR_IA32_APICBASE_BASE |		\
	 MSR_IA32_APICBASE_ENABLE | X2APIC_ENABLE)

#define IDT_SIZE (LKRG_GATES * sizeof(gate_desc))

/* A VM exit leaves this limit behind, and only that of the GDT is set again. */
#define LIMIT_AFTER_VM_EXIT 0xffff

/* What syscall_init() has entries clear. */
#define SFMASK_VALUE							\
	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF |	\
	 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF |	\
	 X86_EFLAGS_OF | X86_EFLAGS_IOPL | X86_EFLAGS_NT | X86_EFLAGS_RF |	\
	 X86_EFLAGS_AC | X86_EFLAGS_ID)

/* Bits of CR4 that the kernel keeps set, on each CPU */
unsigned long lkrg_cr4_pinned __ro_after_init;

unsigned long lkrg_cr0_wanted __ro_after_init;
unsigned long lkrg_cr4_wanted __ro_after_init;
unsigned long lkrg_cr4_at_hooks __ro_after_init;

/* The machine has slept: see look_at_msrs(). */
static bool has_slept;

/* The CPU that booted, before user space ran */
#define BOOT_CPU 0

static u64 boot_gdt[GDT_ENTRIES] __ro_after_init;
static struct lkrg_gate boot_gates[LKRG_GATES] __ro_after_init;
static u64 boot_pat __ro_after_init;
static u64 boot_apic_base __ro_after_init;
static u64 boot_fred_config __ro_after_init;
static u64 boot_fred_stklvls __ro_after_init;

static u64 msr(u32 which)
{
	u64 value = 0;

	/* What cannot be read is nobody's either. */
	rdmsrl_safe(which, &value);
	return value;
}

/* A hypervisor that is not to be believed answers for them. */
static bool msrs_are_the_hosts(void)
{
	return cpu_feature_enabled(X86_FEATURE_TDX_GUEST);
}

static bool has_fred(void)
{
	return cpu_feature_enabled(X86_FEATURE_FRED);
}

static bool is_intel(void)
{
	return boot_cpu_data.x86_vendor == X86_VENDOR_INTEL;
}

/* AMD keeps the lower half of what is written to SYSENTER_ESP and _EIP. */
static u64 sysenter(u64 value)
{
	return is_intel() ? value : (s64)(s32)value;
}

static const gate_desc *idt(void)
{
	return (const gate_desc *)CPU_ENTRY_AREA_RO_IDT;
}

static struct lkrg_gate gate(unsigned int index)
{
	const gate_desc *desc = &idt()[index];
	u16 bits;

	memcpy(&bits, &desc->bits, sizeof(bits));
	return (struct lkrg_gate){
		.offset = gate_offset(desc),
		.attributes = (u64)bits << 16 | gate_segment(desc),
	};
}

/* Of a TSS descriptor: the bit of its type that says that it is in use */
#define TSS_IS_BUSY 2

#define TYPE_CODE 8

static u64 gdt_entry(unsigned int cpu, unsigned int index)
{
	u64 entry;

	memcpy(&entry, &get_cpu_gdt_ro(cpu)[index], sizeof(entry));
	return entry;
}

/* As setup_getcpu() has it; the node, which is above, may have been moved later. */
static u64 cpunode(unsigned int cpu, u64 is)
{
	u32 value = (is & U16_MAX) | (is >> 48 & 0xf) << 16;
	struct desc_struct desc = {
		.type = 5,
		.dpl = 3,
		.s = 1,
		.p = 1,
		.d = 1,
	};
	u64 entry;

	value = (value & ~VDSO_CPUNODE_MASK) | cpu;
	desc.limit0 = value;
	desc.limit1 = value >> 16;
	memcpy(&entry, &desc, sizeof(entry));
	return entry;
}

/* What set_thread_area() allows is data of user space; else it is shown. */
static u64 tls_entry(unsigned int cpu, unsigned int index)
{
	u64 entry = gdt_entry(cpu, index);
	struct desc_struct desc;

	memcpy(&desc, &entry, sizeof(desc));
	return desc.s && desc.dpl == 3 && !(desc.type & TYPE_CODE) ? 0 : entry;
}

/* Type and privilege of a descriptor of the system; a TSS is busy or not. */
static u64 system_type(unsigned int cpu, unsigned int index)
{
	u64 entry = gdt_entry(cpu, index);
	struct desc_struct desc;

	memcpy(&desc, &entry, sizeof(desc));
	if (!desc.p)
		return 0;
	return desc.type | desc.s << 4 | desc.dpl << 5;
}

static u64 tss_base(unsigned int cpu)
{
	struct ldttss_desc desc;

	memcpy(&desc, &get_cpu_gdt_ro(cpu)[GDT_ENTRY_TSS], sizeof(desc));
	return desc.base0 | (u64)desc.base1 << 16 | (u64)desc.base2 << 24 |
	       (u64)desc.base3 << 32;
}

/* One rule: what is expected and what is found */
#define RULE(name, should_be, is) do {					\
	expected[LKRG_REG_##name] = (should_be);			\
	found[LKRG_REG_##name] = (is);					\
} while (0)

/* The same of some bits, each of which need not be set where it is not wanted */
struct bit_rule {
	enum lkrg_register which;
	u64 bit;
};

static void look_at_some(const struct bit_rule *rules, size_t count, u64 wanted,
			 u64 is, u64 *expected, u64 *found)
{
	size_t i;

	for (i = 0; i < count; i++) {
		expected[rules[i].which] = !!(wanted & rules[i].bit);
		found[rules[i].which] = !!(wanted & is & rules[i].bit);
	}
}

static const struct bit_rule cr0_rules[] = {
	{ LKRG_REG_WP, X86_CR0_WP },
	{ LKRG_REG_PE, X86_CR0_PE },
	{ LKRG_REG_PG, X86_CR0_PG },
};

static const struct bit_rule cr4_rules[] = {
	{ LKRG_REG_SMEP, X86_CR4_SMEP },
	{ LKRG_REG_SMAP, X86_CR4_SMAP },
	{ LKRG_REG_UMIP, X86_CR4_UMIP },
	{ LKRG_REG_FSGSBASE, X86_CR4_FSGSBASE },
	{ LKRG_REG_CET, X86_CR4_CET },
	{ LKRG_REG_PKE, X86_CR4_PKE },
	{ LKRG_REG_FRED, X86_CR4_FRED },
};

static const struct bit_rule efer_rules[] = {
	{ LKRG_REG_SCE, EFER_SCE },
	{ LKRG_REG_LME, EFER_LME },
	{ LKRG_REG_LMA, EFER_LMA },
	{ LKRG_REG_NX, EFER_NX },
};

/**
 * lkrg_registers_look_at_bits - Read the bits that have to be set on each CPU
 * @expected: of %LKRG_NR_REGISTERS, those of CR0 and CR4 are set
 * @found: the same
 *
 * Context: interrupts off.
 */
void lkrg_registers_look_at_bits(u64 *expected, u64 *found)
{
	look_at_some(cr0_rules, ARRAY_SIZE(cr0_rules), lkrg_cr0_wanted, read_cr0(),
		     expected, found);
	look_at_some(cr4_rules, ARRAY_SIZE(cr4_rules), lkrg_cr4_wanted, __read_cr4(),
		     expected, found);
}

static u64 limit(u16 size, u16 usual)
{
	return size == LIMIT_AFTER_VM_EXIT ? usual : size;
}

static void look_at_tables(unsigned int cpu, u64 *expected, u64 *found)
{
	struct cpu_entry_area *area = get_cpu_entry_area(cpu);
	const struct x86_hw_tss *tss = &area->tss.x86_tss;
	struct desc_ptr table;
	u64 node = gdt_entry(cpu, GDT_ENTRY_CPUNODE);
	unsigned long tr;

	store_idt(&table);
	if (has_fred()) {
		/* See idt_invalidate(). */
		RULE(IDTR_BASE, 0, table.address);
	} else {
		RULE(IDTR_BASE, CPU_ENTRY_AREA_RO_IDT, table.address);
		RULE(IDTR_LIMIT, IDT_SIZE - 1, limit(table.size, IDT_SIZE - 1));
	}
	store_gdt(&table);
	RULE(GDTR_BASE, (unsigned long)get_cpu_gdt_ro(cpu), table.address);
	RULE(GDTR_LIMIT, GDT_SIZE - 1, limit(table.size, GDT_SIZE - 1));

#define GDT_RULE(name)							\
	RULE(GDT_##name, boot_gdt[GDT_ENTRY_##name],			\
	     gdt_entry(cpu, GDT_ENTRY_##name))
	RULE(GDT_NULL, boot_gdt[0], gdt_entry(cpu, 0));
	RULE(GDT_UNUSED, boot_gdt[GDT_ENTRY_DEFAULT_USER_CS + 1],
	     gdt_entry(cpu, GDT_ENTRY_DEFAULT_USER_CS + 1));
	RULE(GDT_TLS1, 0, tls_entry(cpu, GDT_ENTRY_TLS_MIN));
	RULE(GDT_TLS2, 0, tls_entry(cpu, GDT_ENTRY_TLS_MIN + 1));
	RULE(GDT_TLS3, 0, tls_entry(cpu, GDT_ENTRY_TLS_MIN + 2));
	RULE(GDT_TSS, DESC_TSS, system_type(cpu, GDT_ENTRY_TSS) & ~TSS_IS_BUSY);
	RULE(GDT_LDT, system_type(cpu, GDT_ENTRY_LDT) ? DESC_LDT : 0,
	     system_type(cpu, GDT_ENTRY_LDT));
	GDT_RULE(KERNEL32_CS);
	GDT_RULE(KERNEL_CS);
	GDT_RULE(KERNEL_DS);
	RULE(GDT_USER32_CS, boot_gdt[GDT_ENTRY_DEFAULT_USER32_CS],
	     gdt_entry(cpu, GDT_ENTRY_DEFAULT_USER32_CS));
	RULE(GDT_USER_DS, boot_gdt[GDT_ENTRY_DEFAULT_USER_DS],
	     gdt_entry(cpu, GDT_ENTRY_DEFAULT_USER_DS));
	RULE(GDT_USER_CS, boot_gdt[GDT_ENTRY_DEFAULT_USER_CS],
	     gdt_entry(cpu, GDT_ENTRY_DEFAULT_USER_CS));
	RULE(GDT_CPUNODE, cpunode(cpu, node), node);
#undef GDT_RULE

	/* Its limit and whether it is busy change with virtual machines. */
	store_tr(tr);
	RULE(TR, GDT_ENTRY_TSS * 8, tr);
	RULE(TSS_BASE, (unsigned long)tss, tss_base(cpu));
	if (has_fred())
		return;
	RULE(TSS_SP0, (unsigned long)(cpu_entry_stack(cpu) + 1), tss->sp0);
	RULE(TSS_IST1, CEA_ESTACK_TOP(&area->estacks, DF), tss->ist[IST_INDEX_DF]);
	RULE(TSS_IST2, CEA_ESTACK_TOP(&area->estacks, NMI), tss->ist[IST_INDEX_NMI]);
	RULE(TSS_IST3, CEA_ESTACK_TOP(&area->estacks, DB), tss->ist[IST_INDEX_DB]);
	RULE(TSS_IST4, CEA_ESTACK_TOP(&area->estacks, MCE), tss->ist[IST_INDEX_MCE]);
	RULE(TSS_IST5, CEA_ESTACK_TOP(&area->estacks, VC), tss->ist[IST_INDEX_VC]);
	RULE(TSS_IST6, 0, tss->ist[5]);
	RULE(TSS_IST7, 0, tss->ist[6]);
}

/*
 * Slots that are switched off keep addresses of a virtual machine.  Addresses of
 * user space are those of who is traced.
 */
static u64 breakpoint(const struct lkrg_cpu_claims *claims, unsigned long dr7,
		      unsigned int slot)
{
	unsigned long addr;

	if (!(dr7 & (DR_LOCAL_ENABLE | DR_GLOBAL_ENABLE) << slot * DR_ENABLE_SIZE))
		return 0;
	addr = native_get_debugreg(slot);
	return addr < TASK_SIZE_MAX || addr == claims->breakpoint[slot] ? 0 : addr;
}

static void look_at_breakpoints(const struct lkrg_cpu_claims *claims,
				u64 *expected, u64 *found)
{
	unsigned long dr7;

	get_debugreg(dr7, 7);
	RULE(DR0, 0, breakpoint(claims, dr7, 0));
	RULE(DR1, 0, breakpoint(claims, dr7, 1));
	RULE(DR2, 0, breakpoint(claims, dr7, 2));
	RULE(DR3, 0, breakpoint(claims, dr7, 3));
}

static const u32 lent_msrs[LKRG_NR_LENT] = {
	[LKRG_LENT_LSTAR] = MSR_LSTAR,
	[LKRG_LENT_CSTAR] = MSR_CSTAR,
	[LKRG_LENT_STAR] = MSR_STAR,
	[LKRG_LENT_SFMASK] = MSR_SYSCALL_MASK,
	[LKRG_LENT_EFER] = MSR_EFER,
};

/**
 * lkrg_lent_index - Is it a register that is verified and may be lent?
 * @msr: its number
 *
 * Return: which of enum lkrg_lent it is, or -ENOENT.
 */
int lkrg_lent_index(u32 msr)
{
	int i;

	for (i = 0; i < LKRG_NR_LENT; i++) {
		if (lent_msrs[i] == msr)
			return i;
	}
	return -ENOENT;
}

/* While a virtual machine has it, it is what will be put back that counts. */
static u64 lent_msr(const struct lkrg_cpu_claims *claims, enum lkrg_lent which)
{
	const u64 *host = claims->lent[which];

	return host ? READ_ONCE(*host) : msr(lent_msrs[which]);
}

/**
 * lkrg_s_cet_wanted - What should be in S_CET?
 * @found: what is there
 * @lost: the CPU woke the machine up, with the register as after a reset, and the
 *	kernel does not set it again
 *
 * Return: the value.
 */
u64 lkrg_s_cet_wanted(u64 found, bool lost)
{
	if (lost && !found)
		return 0;
	return HAS_KERNEL_IBT && cpu_feature_enabled(X86_FEATURE_IBT) ?
		CET_ENDBR_EN : 0;
}

static void look_at_msrs(unsigned int cpu, const struct lkrg_cpu_claims *claims,
			 u64 *expected, u64 *found)
{
	unsigned long efer = EFER_SCE | EFER_LME | EFER_LMA;
	bool ia32 = ia32_enabled();
	/* A VM exit loads it also where it is of no use. */
	u64 stack = sysenter((unsigned long)(cpu_entry_stack(cpu) + 1));
	u64 esp = sysenter(msr(MSR_IA32_SYSENTER_ESP));

	if (cpu_feature_enabled(X86_FEATURE_NX))
		efer |= EFER_NX;
	look_at_some(efer_rules, ARRAY_SIZE(efer_rules), efer,
		     lent_msr(claims, LKRG_LENT_EFER), expected, found);
	RULE(STAR, (u64)(__USER32_CS << 16 | __KERNEL_CS) << 32,
	     lent_msr(claims, LKRG_LENT_STAR));
	RULE(GS_BASE, cpu_kernelmode_gs_base(cpu), msr(MSR_GS_BASE));
	if (pat_enabled())
		RULE(PAT, boot_pat, msr(MSR_IA32_CR_PAT));
	/* Firmware that is called does not know of it. */
	if (lkrg_cr4_pinned & X86_CR4_CET && !mm_is_efi(current->active_mm)) {
		u64 now = msr(MSR_IA32_S_CET);

		RULE(S_CET, lkrg_s_cet_wanted(now, cpu == BOOT_CPU &&
					      READ_ONCE(has_slept)), now);
	}

	if (cpu_feature_enabled(X86_FEATURE_APIC) && !msrs_are_the_hosts())
		RULE(APIC_BASE, cpu == BOOT_CPU ?
		     boot_apic_base : boot_apic_base & ~MSR_IA32_APICBASE_BSP,
		     msr(MSR_IA32_APICBASE) & APIC_BASE_GUARDED);

	if (has_fred()) {
		struct cpu_entry_area *area = get_cpu_entry_area(cpu);

		RULE(FRED_CONFIG, boot_fred_config, msr(MSR_IA32_FRED_CONFIG));
		RULE(FRED_STKLVLS, boot_fred_stklvls, msr(MSR_IA32_FRED_STKLVLS));
		RULE(FRED_RSP1, CEA_ESTACK_TOP(&area->estacks, DB),
		     msr(MSR_IA32_FRED_RSP1));
		RULE(FRED_RSP2, CEA_ESTACK_TOP(&area->estacks, NMI),
		     msr(MSR_IA32_FRED_RSP2));
		RULE(FRED_RSP3, CEA_ESTACK_TOP(&area->estacks, DF),
		     msr(MSR_IA32_FRED_RSP3));
		return;
	}

	RULE(LSTAR, (unsigned long)entry_SYSCALL_64,
	     lent_msr(claims, LKRG_LENT_LSTAR));
	RULE(SFMASK, SFMASK_VALUE, lent_msr(claims, LKRG_LENT_SFMASK));
	if (cpu_feature_enabled(X86_FEATURE_SEP)) {
		RULE(SYSENTER_CS, ia32 ? __KERNEL_CS : GDT_ENTRY_INVALID_SEG,
		     msr(MSR_IA32_SYSENTER_CS));
		RULE(SYSENTER_ESP, ia32 ? stack : 0, esp == stack && !ia32 ? 0 : esp);
		RULE(SYSENTER_EIP,
		     ia32 ? sysenter((unsigned long)entry_SYSENTER_compat) : 0,
		     sysenter(msr(MSR_IA32_SYSENTER_EIP)));
	}
	/* Of Intel CPUs the kernel neither writes nor uses it. */
	if (!is_intel())
		RULE(CSTAR, ia32 ? (unsigned long)entry_SYSCALL_compat :
				   (unsigned long)entry_SYSCALL32_ignore,
		     lent_msr(claims, LKRG_LENT_CSTAR));
}

/**
 * lkrg_registers_look - Read everything that can be read on this CPU only
 * @cpu: this CPU
 * @claims: what others have said about it
 * @msrs: whether model specific registers are looked at, too
 * @expected: of %LKRG_NR_REGISTERS, zero; what does not exist here stays so
 * @found: the same
 *
 * Context: interrupts off.
 */
void lkrg_registers_look(unsigned int cpu, const struct lkrg_cpu_claims *claims,
			 bool msrs, u64 *expected, u64 *found)
{
	lkrg_registers_look_at_bits(expected, found);
	if (cpu_feature_enabled(X86_FEATURE_OSXSAVE))
		RULE(XCR0, fpu_user_cfg.max_features,
		     xgetbv(XCR_XFEATURE_ENABLED_MASK));
	look_at_tables(cpu, expected, found);
	look_at_breakpoints(claims, expected, found);
	if (msrs)
		look_at_msrs(cpu, claims, expected, found);
}

/**
 * lkrg_registers_slept - The machine has slept, and its first CPU woke up by itself
 */
void lkrg_registers_slept(void)
{
	WRITE_ONCE(has_slept, true);
}

/**
 * lkrg_register_restore - Set a bit of this CPU again
 * @which: CR0.WP, CR4.SMEP or CR4.SMAP; the kernel sets all others that are pinned
 *	with one of CR4
 *
 * Context: interrupts off.
 */
void lkrg_register_restore(enum lkrg_register which)
{
	switch (which) {
	case LKRG_REG_WP:
		write_cr0(read_cr0() | X86_CR0_WP);
		break;
	case LKRG_REG_SMEP:
		__write_cr4(__read_cr4() | X86_CR4_SMEP);
		break;
	case LKRG_REG_SMAP:
		__write_cr4(__read_cr4() | X86_CR4_SMAP);
		break;
	default:
		break;
	}
}

/**
 * lkrg_gates_look - Read one gate of the interrupt descriptor table
 * @index: less than %LKRG_GATES
 * @expected: where it led at boot, nowhere if that was no entry of the kernel
 * @found: where it leads
 *
 * Return: whether there is such a table.
 */
bool lkrg_gates_look(unsigned int index, struct lkrg_gate *expected,
		     struct lkrg_gate *found)
{
	if (has_fred())
		return false;
	*expected = boot_gates[index];
	*found = gate(index);
	return true;
}

/*
 * At boot they lead to entries, some of them to those that are there for exceptions
 * until the boot is over.  Anything else was put there by somebody else.
 */
static bool __init leads_to_entry(const struct lkrg_gate *gate)
{
	return (gate->offset >= (unsigned long)__entry_text_start &&
		gate->offset < (unsigned long)__entry_text_end) ||
	       is_kernel_inittext(gate->offset);
}

static void __init take_gates(void)
{
	unsigned int i;

	for (i = 0; i < LKRG_GATES; i++) {
		struct lkrg_gate now = gate(i);

		if (leads_to_entry(&now))
			boot_gates[i] = now;
	}
}

static void __init take_registers(void *unused)
{
	boot_pat = msr(MSR_IA32_CR_PAT);
	if (!msrs_are_the_hosts())
		boot_apic_base = msr(MSR_IA32_APICBASE) & APIC_BASE_GUARDED;
	if (has_fred()) {
		boot_fred_config = msr(MSR_IA32_FRED_CONFIG);
		boot_fred_stklvls = msr(MSR_IA32_FRED_STKLVLS);
	}
}

/**
 * lkrg_registers_init - Take what only the boot CPU knows
 *
 * Context: no user space has run.
 * Return: whether the registers of this machine are its own.
 */
bool __init lkrg_registers_init(void)
{
	unsigned int i;

	/* What a Xen PV guest has is what its hypervisor gives it. */
	if (cpu_feature_enabled(X86_FEATURE_XENPV))
		return false;

	for (i = 0; i < GDT_ENTRIES; i++)
		boot_gdt[i] = gdt_entry(BOOT_CPU, i);
	if (!has_fred())
		take_gates();
	smp_call_function_single(BOOT_CPU, take_registers, NULL, true);
	lkrg_cr0_wanted = X86_CR0_WP | X86_CR0_PE | X86_CR0_PG;
	lkrg_cr4_wanted = lkrg_cr4_pinned |
			  (cpu_feature_enabled(X86_FEATURE_OSPKE) ? X86_CR4_PKE : 0) |
			  (has_fred() ? X86_CR4_FRED : 0);
	/* KVM has AMD guests ask it for CR4; of others it is not known. */
	if (hypervisor_is_type(X86_HYPER_NATIVE) || is_intel())
		lkrg_cr4_at_hooks = lkrg_cr4_wanted;
	return true;
}
