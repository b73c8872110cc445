// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - What asks for a pass
 *
 * Beside who asks on purpose there are events of the machine: some of them ask
 * each time, others at random and rarely, so that who waits for the end of a pass
 * does not know when the next one begins.
 *
 * The sources are tracepoints, notifiers and call-outs.  Tracepoints are where the
 * machine is busy: they are used only while they can have an effect.
 *
 * Locking: sources_lock, outside of those of tracepoints.
 */

#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/inetdevice.h>
#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/seq_file.h>
#include <linux/suspend.h>
#include <linux/syscore_ops.h>
#include <net/addrconf.h>
#include <net/netevent.h>
#include <trace/events/mmap.h>
#include <trace/events/power.h>

#include "cpu.h"
#include "param.h"
#include "report.h"
#include "scan.h"
#include "trigger.h"
#include "watch.h"
#include "x86.h"

/* Rates are in units of 0.001 %. */
#define ALWAYS 100000

/**
 * struct trigger - One of them
 * @name: for programs
 * @rate: how many of a hundred thousand events ask for a pass
 * @level: from which kint_validate on
 */
struct trigger {
	const char *name;
	u32 rate;
	int level;
};

static const struct trigger triggers[] = {
	[LKRG_TRIGGER_WRITTEN] = { "written", ALWAYS, 0 },
	[LKRG_TRIGGER_HOOK] = { "hook", ALWAYS, 0 },
	[LKRG_TRIGGER_MODULE] = { "module", ALWAYS, 2 },
	[LKRG_TRIGGER_HOTPLUG] = { "hotplug", ALWAYS, 2 },
	[LKRG_TRIGGER_RESUME] = { "resume", ALWAYS, 2 },
	[LKRG_TRIGGER_IDLE] = { "idle", 5, 3 },
	[LKRG_TRIGGER_CPUFREQ] = { "cpufreq", 1000, 3 },
	[LKRG_TRIGGER_CPU_PM] = { "cpu_pm", 10000, 3 },
	[LKRG_TRIGGER_NETDEVICE] = { "netdevice", 1000, 3 },
	[LKRG_TRIGGER_NETEVENT] = { "netevent", 5000, 3 },
	[LKRG_TRIGGER_ADDRESS] = { "address", ALWAYS, 3 },
	[LKRG_TRIGGER_USB] = { "usb", 50000, 3 },
	[LKRG_TRIGGER_ACPI] = { "acpi", ALWAYS, 3 },
	[LKRG_TRIGGER_EXIT] = { "exit", 10, 3 },
	[LKRG_TRIGGER_MUNMAP] = { "munmap", 5, 3 },
};

static_assert(ARRAY_SIZE(triggers) == LKRG_NR_TRIGGERS);

/**
 * struct trigger_state - Of one CPU
 * @random: who asks must be hard to foresee, not impossible
 * @events: how often each happened
 * @asked: how often each asked for a pass
 */
struct trigger_state {
	struct rnd_state random;
	unsigned long events[LKRG_NR_TRIGGERS];
	unsigned long asked[LKRG_NR_TRIGGERS];
};

static struct trigger_state __percpu *states __ro_after_init;

/**
 * lkrg_trigger_asks - Does one of its events ask for a pass?
 * @what: which trigger
 * @random: who decides
 *
 * Return: whether it does.
 */
bool lkrg_trigger_asks(enum lkrg_trigger what, struct rnd_state *random)
{
	u32 rate = triggers[what].rate;

	return rate == ALWAYS || prandom_u32_state(random) % ALWAYS < rate;
}

/**
 * lkrg_trigger - Something happened that may ask for a pass
 * @what: what
 *
 * Context: any but NMI; under whatever locks, but for LKRG_TRIGGER_WRITTEN and
 * LKRG_TRIGGER_MODULE, which take those of lkrg_scan_trigger().
 */
void lkrg_trigger(enum lkrg_trigger what)
{
	struct trigger_state *state;
	bool asks;

	if (!states || lkrg_knob(kint_validate) < triggers[what].level)
		return;
	state = get_cpu_ptr(states);
	this_cpu_inc(states->events[what]);
	/* An interrupt in between takes the same number: so what. */
	asks = data_race(lkrg_trigger_asks(what, &state->random));
	if (asks)
		this_cpu_inc(states->asked[what]);
	put_cpu_ptr(states);
	if (!asks)
		return;
	/* An interrupt takes longer; the others may hold any lock. */
	if (what == LKRG_TRIGGER_WRITTEN || what == LKRG_TRIGGER_MODULE)
		lkrg_scan_trigger(what == LKRG_TRIGGER_WRITTEN);
	else
		lkrg_scan_trigger_from_hook();
}

static void sum_up(enum lkrg_trigger what, unsigned long *events,
		   unsigned long *asked)
{
	unsigned int cpu;

	*events = 0;
	*asked = 0;
	for_each_possible_cpu(cpu) {
		const struct trigger_state *state = per_cpu_ptr(states, cpu);

		*events += READ_ONCE(state->events[what]);
		*asked += READ_ONCE(state->asked[what]);
	}
}

/**
 * lkrg_trigger_show - Write the table of what asks for passes
 * @m: where
 */
void lkrg_trigger_show(struct seq_file *m)
{
	enum lkrg_trigger what;

	seq_puts(m, "trigger    rate(%)  kint_validate events asked\n");
	for (what = 0; what < LKRG_NR_TRIGGERS; what++) {
		const struct trigger *trigger = &triggers[what];
		unsigned long events, asked;

		sum_up(what, &events, &asked);
		seq_printf(m, "%-10s %3u.%03u  %d %lu %lu\n", trigger->name,
			   trigger->rate / 1000, trigger->rate % 1000,
			   trigger->level, events, asked);
	}
}

/* === Tracepoints ======================================================== */

/* Once for each time that it becomes idle. */
static void cpu_idle(void *unused, unsigned int state, unsigned int cpu)
{
	if (state != PWR_EVENT_EXIT)
		lkrg_trigger(LKRG_TRIGGER_IDLE);
}

static void cpu_frequency(void *unused, unsigned int frequency, unsigned int cpu)
{
	lkrg_trigger(LKRG_TRIGGER_CPUFREQ);
}

static void exit_mmap_probe(void *unused, struct mm_struct *mm)
{
	lkrg_trigger(LKRG_TRIGGER_MUNMAP);
}

static DEFINE_MUTEX(sources_lock);
static bool tracepoints_used;

/**
 * lkrg_trigger_sources - Use those sources that have an effect now
 *
 * Without tracepoints in the kernel these triggers never fire, which the table
 * shows.
 *
 * Context: task context, may sleep.
 */
void lkrg_trigger_sources(void)
{
	bool wanted;

	if (!states)
		return;
	mutex_lock(&sources_lock);
	wanted = lkrg_knob(kint_validate) >= 3;
	if (wanted && !tracepoints_used) {
		register_trace_cpu_idle(cpu_idle, NULL);
		register_trace_cpu_frequency(cpu_frequency, NULL);
		register_trace_exit_mmap(exit_mmap_probe, NULL);
	} else if (!wanted && tracepoints_used) {
		unregister_trace_cpu_idle(cpu_idle, NULL);
		unregister_trace_cpu_frequency(cpu_frequency, NULL);
		unregister_trace_exit_mmap(exit_mmap_probe, NULL);
	}
	tracepoints_used = wanted;
	mutex_unlock(&sources_lock);
}

/* === Notifiers ========================================================== */

static int wakes_up(struct notifier_block *nb, unsigned long event, void *data)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		lkrg_watch_stop();
		lkrg_cpu_sleeps();
		break;
	default:
		lkrg_watch_start();
		lkrg_trigger(LKRG_TRIGGER_RESUME);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block power_notifier = { .notifier_call = wakes_up };

/*
 * One for each way.  Before the machine sleeps nothing may be asked for: the
 * interrupt that it takes would be lost, and with it those of others.
 */
static void resumes(void *unused)
{
	lkrg_registers_slept();
	lkrg_trigger(LKRG_TRIGGER_CPU_PM);
	lkrg_trigger(LKRG_TRIGGER_CPU_PM);
}

static const struct syscore_ops power_ops = { .resume = resumes };

static struct syscore power = { .ops = &power_ops };

#ifdef CONFIG_NET
static int netdevice(struct notifier_block *nb, unsigned long event, void *data)
{
	lkrg_trigger(LKRG_TRIGGER_NETDEVICE);
	return NOTIFY_DONE;
}

static int netevent(struct notifier_block *nb, unsigned long event, void *data)
{
	lkrg_trigger(LKRG_TRIGGER_NETEVENT);
	return NOTIFY_DONE;
}

static struct notifier_block netdevice_notifier = { .notifier_call = netdevice };
static struct notifier_block netevent_notifier = { .notifier_call = netevent };
#endif

#ifdef CONFIG_INET
static int address(struct notifier_block *nb, unsigned long event, void *data)
{
	lkrg_trigger(LKRG_TRIGGER_ADDRESS);
	return NOTIFY_DONE;
}

static struct notifier_block inetaddr_notifier = { .notifier_call = address };
static struct notifier_block inet6addr_notifier = { .notifier_call = address };
#endif

#ifdef CONFIG_ACPI
static int acpi(struct notifier_block *nb, unsigned long event, void *data)
{
	lkrg_trigger(LKRG_TRIGGER_ACPI);
	return NOTIFY_DONE;
}

static struct notifier_block acpi_notifier = { .notifier_call = acpi };
#endif

/* === Call-outs ========================================================== */

void __lkrg_usb_event(void)
{
	lkrg_trigger(LKRG_TRIGGER_USB);
}
EXPORT_SYMBOL_GPL(__lkrg_usb_event);

static int __init lkrg_init_trigger(void)
{
	if (!static_key_enabled(&lkrg_enabled))
		return 0;
	states = alloc_percpu(struct trigger_state);
	if (!states)
		lkrg_panic_no_memory("the triggers");
	prandom_seed_full_state(&states->random);

	register_pm_notifier(&power_notifier);
	register_syscore(&power);
#ifdef CONFIG_NET
	register_netdevice_notifier(&netdevice_notifier);
	register_netevent_notifier(&netevent_notifier);
#endif
#ifdef CONFIG_INET
	register_inetaddr_notifier(&inetaddr_notifier);
	register_inet6addr_notifier(&inet6addr_notifier);
#endif
#ifdef CONFIG_ACPI
	register_acpi_notifier(&acpi_notifier);
#endif
	lkrg_trigger_sources();
	return 0;
}
late_initcall(lkrg_init_trigger);
