/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What asks for a pass
 */

#ifndef _SECURITY_LKRG_TRIGGER_H
#define _SECURITY_LKRG_TRIGGER_H

#include <linux/types.h>

struct rnd_state;
struct seq_file;

/**
 * enum lkrg_trigger - What asks for a pass
 * @LKRG_TRIGGER_WRITTEN: 1 was written to lkrg.trigger
 * @LKRG_TRIGGER_HOOK: a task was verified, with pint_validate=3
 * @LKRG_TRIGGER_MODULE: a module was loaded or unloaded
 * @LKRG_TRIGGER_HOTPLUG: a CPU came or is about to go
 * @LKRG_TRIGGER_RESUME: the machine has woken up
 * @LKRG_TRIGGER_IDLE: a CPU becomes idle
 * @LKRG_TRIGGER_CPUFREQ: a CPU gets another frequency
 * @LKRG_TRIGGER_CPU_PM: CPUs were suspended, and are resumed: two events
 * @LKRG_TRIGGER_NETDEVICE: a network device comes, goes or changes
 * @LKRG_TRIGGER_NETEVENT: a neighbour or route changes
 * @LKRG_TRIGGER_ADDRESS: a network address comes or goes
 * @LKRG_TRIGGER_USB: a USB device or bus comes or goes
 * @LKRG_TRIGGER_ACPI: an ACPI event
 * @LKRG_TRIGGER_EXIT: a task has exited
 * @LKRG_TRIGGER_MUNMAP: the memory of a process is unmapped at its end
 * @LKRG_NR_TRIGGERS: number of enumerators
 */
enum lkrg_trigger {
	LKRG_TRIGGER_WRITTEN,
	LKRG_TRIGGER_HOOK,
	LKRG_TRIGGER_MODULE,
	LKRG_TRIGGER_HOTPLUG,
	LKRG_TRIGGER_RESUME,
	LKRG_TRIGGER_IDLE,
	LKRG_TRIGGER_CPUFREQ,
	LKRG_TRIGGER_CPU_PM,
	LKRG_TRIGGER_NETDEVICE,
	LKRG_TRIGGER_NETEVENT,
	LKRG_TRIGGER_ADDRESS,
	LKRG_TRIGGER_USB,
	LKRG_TRIGGER_ACPI,
	LKRG_TRIGGER_EXIT,
	LKRG_TRIGGER_MUNMAP,
	LKRG_NR_TRIGGERS
};

bool lkrg_trigger_asks(enum lkrg_trigger what, struct rnd_state *random);
void lkrg_trigger(enum lkrg_trigger what);
void lkrg_trigger_sources(void);
void lkrg_trigger_show(struct seq_file *m);

#endif /* _SECURITY_LKRG_TRIGGER_H */
