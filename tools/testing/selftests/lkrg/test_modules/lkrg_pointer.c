// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Pointers to functions, for tests of the guard
 *
 * The module registers some of what modules may, in the regular way: about that the
 * guard has to be silent.
 *
 * Root writes the name of one attack to its parameter "attack".  Then a pointer of
 * the kernel or of this module is changed, as by a rootkit, so that the kernel calls
 * code that nobody owns: it does nothing but return a number, and somebody who
 * looks sees the difference.  "restore" takes it back.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/binfmts.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/inetdevice.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/jiffies.h>
#include <linux/kdebug.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_netdev.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/path.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <linux/seq_file.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_ldisc.h>
#include <linux/tty_port.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/protocol.h>
#include <net/sock.h>
#include <net/tcp.h>

/* The pointer that was changed, and where it leads */
static char changed[KSYM_SYMBOL_LEN + 32];
module_param_string(changed, changed, sizeof(changed), 0444);
MODULE_PARM_DESC(changed, "What was changed (read only)");

static ulong alloc_insn_page_at;
module_param_named(alloc_insn_page, alloc_insn_page_at, ulong, 0400);
MODULE_PARM_DESC(alloc_insn_page, "Address of that function");

static ulong execmem_free_at;
module_param_named(execmem_free, execmem_free_at, ulong, 0400);
MODULE_PARM_DESC(execmem_free, "Address of that function");

static ulong n_tty_ops_at;
module_param_named(n_tty_ops, n_tty_ops_at, ulong, 0400);
MODULE_PARM_DESC(n_tty_ops, "Address of that object");

static ulong net_families_at;
module_param_named(net_families, net_families_at, ulong, 0400);
MODULE_PARM_DESC(net_families, "Address of that object");

static uint packets;
module_param(packets, uint, 0444);
MODULE_PARM_DESC(packets, "How many of IPv4 this module has seen (read only)");

/* === What modules may register ========================================== */

static int show_nothing(struct seq_file *m, void *v)
{
	return 0;
}

static void *start_nothing(struct seq_file *m, loff_t *pos)
{
	return NULL;
}

static void *next_nothing(struct seq_file *m, void *v, loff_t *pos)
{
	return NULL;
}

static void stop_nothing(struct seq_file *m, void *v)
{
}

static const struct seq_operations own_seq_ops = {
	.start = start_nothing,
	.next = next_nothing,
	.stop = stop_nothing,
	.show = show_nothing,
};

static int open_nothing(struct inode *inode, struct file *file)
{
	return single_open(file, show_nothing, NULL);
}

static const struct proc_ops own_proc_ops = {
	.proc_open = open_nothing,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int notify_nobody(struct notifier_block *nb, unsigned long action, void *data)
{
	return NOTIFY_DONE;
}

static struct notifier_block own_reboot = { .notifier_call = notify_nobody };
static struct notifier_block own_panic = { .notifier_call = notify_nobody };
static struct notifier_block own_die = { .notifier_call = notify_nobody };
static struct notifier_block own_module = { .notifier_call = notify_nobody };
static struct notifier_block own_netdevice = { .notifier_call = notify_nobody };
static struct notifier_block own_validator = { .notifier_call = notify_nobody };

static int load_nothing(struct linux_binprm *bprm)
{
	return -ENOEXEC;
}

static struct linux_binfmt own_format = {
	.module = THIS_MODULE,
	.load_binary = load_nothing,
};

static unsigned int accept_all(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops own_hook = {
	.hook = accept_all,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_LOCAL_OUT,
};

#ifdef CONFIG_NETFILTER_INGRESS
/* Of the loopback device */
static struct nf_hook_ops own_ingress = {
	.hook = accept_all,
	.pf = NFPROTO_NETDEV,
	.hooknum = NF_NETDEV_INGRESS,
};

static int register_ingress(void)
{
	own_ingress.dev = init_net.loopback_dev;
	return nf_register_net_hook(&init_net, &own_ingress);
}

static void unregister_ingress(void)
{
	nf_unregister_net_hook(&init_net, &own_ingress);
}

static struct nf_hook_entries *ingress_hooks(void)
{
	return rcu_dereference_raw(init_net.loopback_dev->nf_hooks_ingress);
}
#else
static int register_ingress(void)
{
	return 0;
}

static void unregister_ingress(void)
{
}

static struct nf_hook_entries *ingress_hooks(void)
{
	return NULL;
}
#endif

static struct tcp_congestion_ops own_congestion = {
	.owner = THIS_MODULE,
	.name = "lkrg_pointer",
	.ssthresh = tcp_reno_ssthresh,
	.cong_avoid = tcp_reno_cong_avoid,
	.undo_cwnd = tcp_reno_undo_cwnd,
};

static int count_packet(struct sk_buff *skb, struct net_device *dev,
			struct packet_type *type, struct net_device *from)
{
	WRITE_ONCE(packets, packets + 1);
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

static struct packet_type own_packets = {
	.type = cpu_to_be16(ETH_P_IP),
	.func = count_packet,
};

static struct tty_ldisc_ops own_ldisc = {
	.owner = THIS_MODULE,
	.name = "lkrg_pointer",
	.num = N_DEVELOPMENT,
};

/* What is due in an hour, or when somebody writes to the parameter "beat". */
static uint timers, hrtimers, works;
module_param(timers, uint, 0444);
MODULE_PARM_DESC(timers, "How often the timer was called (read only)");
module_param(hrtimers, uint, 0444);
MODULE_PARM_DESC(hrtimers, "How often the high-resolution timer was (read only)");
module_param(works, uint, 0444);
MODULE_PARM_DESC(works, "How often the work was (read only)");

static void count_timer(struct timer_list *timer)
{
	timers++;
}

static enum hrtimer_restart count_hrtimer(struct hrtimer *timer)
{
	hrtimers++;
	return HRTIMER_NORESTART;
}

static void count_work(struct work_struct *work)
{
	works++;
}

static DEFINE_TIMER(own_timer, count_timer);
static DECLARE_DELAYED_WORK(own_work, count_work);
static struct hrtimer own_hrtimer;

#define SECONDS 3600

static void wait_for_beat(void)
{
	mod_timer(&own_timer, jiffies + SECONDS * HZ);
	mod_delayed_work(system_wq, &own_work, SECONDS * HZ);
	hrtimer_start(&own_hrtimer, ktime_set(SECONDS, 0), HRTIMER_MODE_REL);
}

static int set_beat(const char *text, const struct kernel_param *kp)
{
	mod_timer(&own_timer, jiffies);
	mod_delayed_work(system_wq, &own_work, 0);
	hrtimer_start(&own_hrtimer, 0, HRTIMER_MODE_REL);
	msleep(100);
	flush_delayed_work(&own_work);
	wait_for_beat();
	return 0;
}

static const struct kernel_param_ops beat_param = { .set = set_beat };
module_param_cb(beat, &beat_param, NULL, 0200);
MODULE_PARM_DESC(beat, "Let timers and work be due");

static int open_tty(struct tty_struct *tty, struct file *file)
{
	return 0;
}

static void close_tty(struct tty_struct *tty, struct file *file)
{
}

static ssize_t write_nowhere(struct tty_struct *tty, const u8 *from, size_t size)
{
	return size;
}

static unsigned int room_nowhere(struct tty_struct *tty)
{
	return PAGE_SIZE;
}

static const struct tty_operations own_tty_ops = {
	.open = open_tty,
	.close = close_tty,
	.write = write_nowhere,
	.write_room = room_nowhere,
};

/* A table that is not read-only */
static unsigned long own_tty_table[sizeof(own_tty_ops) / sizeof(long)];

static struct tty_port own_port;
static struct tty_driver *own_tty;

static int register_tty(void)
{
	int err;

	own_tty = tty_alloc_driver(1, TTY_DRIVER_REAL_RAW);
	if (IS_ERR(own_tty))
		return PTR_ERR(own_tty);
	own_tty->driver_name = "lkrg_pointer";
	own_tty->name = "ttyLKRG";
	own_tty->type = TTY_DRIVER_TYPE_SERIAL;
	own_tty->init_termios = tty_std_termios;
	memcpy(own_tty_table, &own_tty_ops, sizeof(own_tty_table));
	tty_set_operations(own_tty, (void *)own_tty_table);
	tty_port_init(&own_port);
	tty_port_link_device(&own_port, own_tty, 0);
	err = tty_register_driver(own_tty);
	if (err) {
		tty_port_destroy(&own_port);
		tty_driver_kref_put(own_tty);
	}
	return err;
}

static void unregister_tty(void)
{
	tty_unregister_driver(own_tty);
	tty_port_destroy(&own_port);
	tty_driver_kref_put(own_tty);
}

#define OWN_ENTRY "lkrg_pointer"

static struct proc_dir_entry *directory, *own_entry;

static int register_all(void)
{
	int err = -ENOMEM;

	directory = proc_mkdir("lkrg_pointers", NULL);
	if (!directory)
		return err;
	own_entry = proc_create_single(OWN_ENTRY, 0444, directory, show_nothing);
	if (!own_entry || !proc_create_seq("seq", 0444, directory, &own_seq_ops) ||
	    !proc_create("ops", 0444, directory, &own_proc_ops))
		goto remove;
	err = nf_register_net_hook(&init_net, &own_hook);
	if (err)
		goto remove;
	err = tty_register_ldisc(&own_ldisc);
	if (err)
		goto unhook;
	err = register_tty();
	if (err)
		goto forget;
	err = register_ingress();
	if (err)
		goto hang_up;
	err = tcp_register_congestion_control(&own_congestion);
	if (err)
		goto let_in;
	register_inetaddr_validator_notifier(&own_validator);
	register_netdevice_notifier(&own_netdevice);
	register_reboot_notifier(&own_reboot);
	register_module_notifier(&own_module);
	register_die_notifier(&own_die);
	atomic_notifier_chain_register(&panic_notifier_list, &own_panic);
	dev_add_pack(&own_packets);
	hrtimer_init(&own_hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	own_hrtimer.function = count_hrtimer;
	wait_for_beat();
	register_binfmt(&own_format);
	return 0;

let_in:
	unregister_ingress();
hang_up:
	unregister_tty();
forget:
	tty_unregister_ldisc(&own_ldisc);
unhook:
	nf_unregister_net_hook(&init_net, &own_hook);
remove:
	proc_remove(directory);
	return err;
}

static void unregister_all(void)
{
	unregister_binfmt(&own_format);
	hrtimer_cancel(&own_hrtimer);
	cancel_delayed_work_sync(&own_work);
	timer_shutdown_sync(&own_timer);
	dev_remove_pack(&own_packets);
	atomic_notifier_chain_unregister(&panic_notifier_list, &own_panic);
	unregister_die_notifier(&own_die);
	unregister_module_notifier(&own_module);
	unregister_reboot_notifier(&own_reboot);
	unregister_netdevice_notifier(&own_netdevice);
	unregister_inetaddr_validator_notifier(&own_validator);
	tcp_unregister_congestion_control(&own_congestion);
	unregister_ingress();
	unregister_tty();
	tty_unregister_ldisc(&own_ldisc);
	nf_unregister_net_hook(&init_net, &own_hook);
	proc_remove(directory);
}

/* === Attacks ============================================================ */

static unsigned long *changed_at, changed_from;
static void *code, *table;

/*
 * A function that returns a number, in memory that is there for code, but is nobody's
 * text: what is executable elsewhere is found by itself.  Before it is what is before
 * the one that it replaces, where compilers put the type.
 */
#define PREFIX 16

static unsigned long make_code(int value, const void *instead)
{
	static const u8 insns[] = {
		0xf3, 0x0f, 0x1e, 0xfa,	/* endbr64 */
		0xb8,			/* mov $value, %eax */
	};
	void *(*const alloc)(void) = (void *)alloc_insn_page_at;
	struct page *page;
	u8 *alias, *at;

	if (!alloc || !execmem_free_at)
		return 0;
	code = alloc();
	if (!code)
		return 0;
	/* It is read-only by now. */
	page = vmalloc_to_page(code);
	alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!alias)
		return 0;
	at = alias;
	if (copy_from_kernel_nofault(at, instead - PREFIX, PREFIX))
		memset(at, 0, PREFIX);
	at += PREFIX;
	memcpy(at, insns, sizeof(insns));
	memcpy(at + sizeof(insns), &value, sizeof(value));
	at[sizeof(insns) + sizeof(value)] = 0xc3;	/* ret */
	vunmap(alias);
	return (unsigned long)code + PREFIX;
}

static int lead(void *place, unsigned long to, const char *name)
{
	if (!to)
		return -ENOMEM;
	changed_at = place;
	changed_from = *changed_at;
	WRITE_ONCE(*changed_at, to);
	snprintf(changed, sizeof(changed), "%s -> an address without a name", name);
	return 0;
}

static int restore(void)
{
	void (*const free)(void *memory) = (void *)execmem_free_at;

	if (changed_at)
		WRITE_ONCE(*changed_at, changed_from);
	changed_at = NULL;
	changed[0] = '\0';
	/* Nobody is under way to what is freed. */
	synchronize_rcu();
	if (code)
		free(code);
	vfree(table);
	code = NULL;
	table = NULL;
	return 0;
}

/* A table with another function, in memory that is nobody's */
static unsigned long copy_table(const void *from, size_t size, size_t offset, int value)
{
	const void *instead = *(void **)(from + offset);
	unsigned long function = make_code(value, instead);

	table = function ? vmalloc(size) : NULL;
	if (!table)
		return 0;
	memcpy(table, from, size);
	*(unsigned long *)(table + offset) = function;
	return (unsigned long)table;
}

static struct inode *get_inode(const char *name, struct path *path)
{
	return kern_path(name, 0, path) ? NULL : d_inode(path->dentry);
}

/* What others may not know they find where they know what is there. */
static void *find_word(const void *from, int first, int last, unsigned long wanted)
{
	const unsigned long *words = from;
	unsigned long word;
	int i;

	for (i = first; i < last; i++) {
		if (!get_kernel_nofault(word, &words[i]) && word == wanted)
			return (void *)&words[i];
	}
	return NULL;
}

/* Where an entry of /proc has the pointer to what shows it */
static void *place_of_show(const char *name)
{
	struct inode *inode;
	struct path path;
	void *show, *entry = NULL, *place = NULL;

	show = find_word(own_entry, 0, 32, (unsigned long)show_nothing);
	inode = get_inode("/proc/lkrg_pointers/" OWN_ENTRY, &path);
	if (inode) {
		entry = find_word(inode, -32, 0, (unsigned long)own_entry);
		entry = entry ? entry - (ulong)inode : NULL;
		path_put(&path);
	}
	if (!show || !entry)
		return NULL;
	inode = get_inode(name, &path);
	if (inode) {
		place = *(void **)((void *)inode + (long)entry) +
			(show - (void *)own_entry);
		path_put(&path);
	}
	return place;
}

/* It shows nothing. */
static int attack_proc(void)
{
	void *place = place_of_show("/proc/version");

	return place ? lead(place, make_code(SEQ_SKIP, *(void **)place), "seq_ops") :
		       -ENOENT;
}

static int attack_seq(void)
{
	void *place = place_of_show("/proc/net/tcp");
	const struct seq_operations *ops;

	if (!place)
		return -ENOENT;
	ops = *(void **)place;
	return lead(place,
		    copy_table(ops, sizeof(*ops), offsetof(typeof(*ops), show), SEQ_SKIP),
		    "seq_ops");
}

/* The table is one of this module, not read-only. */
static unsigned long own_table[sizeof(const struct seq_operations) / sizeof(long)];

static int attack_seq_table(void)
{
	void *place = place_of_show("/proc/net/tcp");
	const struct seq_operations *ops;

	if (!place)
		return -ENOENT;
	ops = *(void **)place;
	if (!copy_table(ops, sizeof(*ops), offsetof(typeof(*ops), show), SEQ_SKIP))
		return -ENOMEM;
	memcpy(own_table, table, sizeof(own_table));
	return lead(place, (unsigned long)own_table, "function of seq_ops");
}

/* Where there is nothing. */
static int attack_directory(const char *name)
{
	const struct file_operations *ops;
	struct inode *inode;
	struct path path;
	int err;

	inode = get_inode(name, &path);
	if (!inode)
		return -ENOENT;
	ops = inode->i_fop;
	err = lead(&inode->i_fop,
		   copy_table(ops, sizeof(*ops), offsetof(typeof(*ops), iterate_shared), 0),
		   "i_fop");
	path_put(&path);
	return err;
}

static int attack_iterate(void)
{
	return attack_directory("/proc");
}

static int attack_iterate_sysfs(void)
{
	return attack_directory("/sys");
}

/* Nobody may know what it is. */
static int attack_inode(void)
{
	const struct inode_operations *ops;
	struct inode *inode;
	struct path path;
	int err;

	inode = get_inode("/", &path);
	if (!inode)
		return -ENOENT;
	ops = inode->i_op;
	err = lead(&inode->i_op,
		   copy_table(ops, sizeof(*ops), offsetof(typeof(*ops), getattr), -EACCES),
		   "i_op");
	path_put(&path);
	return err;
}

static int drop_all(struct nf_hook_entries *entries, const char *name)
{
	void *place;

	if (!entries)
		return -ENOENT;
	place = find_word(entries->hooks, 0,
			  entries->num_hook_entries * sizeof(entries->hooks[0]) / 8,
			  (unsigned long)accept_all);
	return place ? lead(place, make_code(NF_DROP, accept_all), name) : -ENOENT;
}

/* What the machine sends is dropped. */
static int attack_netfilter(void)
{
	return drop_all(rcu_dereference_raw(init_net.nf.hooks_ipv4[NF_INET_LOCAL_OUT]),
			"hook");
}

/* And what comes from a device. */
static int attack_ingress(void)
{
	return drop_all(ingress_hooks(), "ingress hook");
}

/* No module is loaded any more. */
static int attack_notifier(void)
{
	return lead(&own_module.notifier_call, make_code(NOTIFY_BAD, notify_nobody),
		    "notifier_call");
}

/* Nobody gets an address. */
static int attack_validator(void)
{
	return lead(&own_validator.notifier_call, make_code(NOTIFY_BAD, notify_nobody),
		    "notifier_call");
}

/* What nobody can run nobody may. */
static int attack_binfmt(void)
{
	return lead(&own_format.load_binary, make_code(-EACCES, load_nothing),
		    "load_binary");
}

/* And nobody may connect. */
static int attack_protocol(void)
{
	return lead(&tcp_prot.connect, make_code(-EACCES, tcp_prot.connect), "connect");
}

/* Nor change a terminal. */
static int attack_ldisc(void)
{
	struct tty_ldisc_ops *ops = (void *)n_tty_ops_at;

	if (!ops)
		return -ENOENT;
	return lead(&ops->ioctl, make_code(-EACCES, ops->ioctl), "function of ops");
}

/* Nor even open one. */
static int attack_tty(void)
{
	void *open = (void *)own_tty_table + offsetof(typeof(own_tty_ops), open);

	return lead(open, make_code(-EACCES, open_tty), "function of ops");
}

/* What the machine sends to itself does not arrive, by one module or at all. */
static int attack_packets(void)
{
	return lead(&own_packets.func, make_code(NET_RX_DROP, count_packet), "func");
}

static int attack_inet(void)
{
	const struct net_protocol *icmp = rcu_dereference_raw(inet_protos[IPPROTO_ICMP]);

	return lead(&inet_protos[IPPROTO_ICMP],
		    copy_table(icmp, sizeof(*icmp), offsetof(typeof(*icmp), handler), 0),
		    "ops");
}

/* And nothing is counted. */
static int attack_timer(void)
{
	return lead(&own_timer.function, make_code(0, count_timer), "function");
}

static int attack_hrtimer(void)
{
	return lead(&own_hrtimer.function, make_code(HRTIMER_NORESTART, count_hrtimer),
		    "function");
}

static int attack_work(void)
{
	return lead(&own_work.work.func, make_code(0, count_work), "function");
}

/* Nobody gets a socket. */
static int attack_family(void)
{
	const struct net_proto_family **families = (void *)net_families_at;

	if (!families)
		return -ENOENT;
	return lead(&families[AF_INET],
		    copy_table(families[AF_INET], sizeof(**families),
			       offsetof(typeof(**families), create), -EACCES),
		    "ops");
}

static const struct {
	const char *name;
	int (*run)(void);
} attacks[] = {
	{ "proc", attack_proc },
	{ "seq", attack_seq },
	{ "seq-table", attack_seq_table },
	{ "iterate", attack_iterate },
	{ "iterate-sysfs", attack_iterate_sysfs },
	{ "inode", attack_inode },
	{ "netfilter", attack_netfilter },
	{ "ingress", attack_ingress },
	{ "notifier", attack_notifier },
	{ "validator", attack_validator },
	{ "binfmt", attack_binfmt },
	{ "protocol", attack_protocol },
	{ "ldisc", attack_ldisc },
	{ "tty", attack_tty },
	{ "packets", attack_packets },
	{ "inet", attack_inet },
	{ "family", attack_family },
	{ "timer", attack_timer },
	{ "hrtimer", attack_hrtimer },
	{ "work", attack_work },
	{ "restore", restore },
};

static int set_attack(const char *name, const struct kernel_param *kp)
{
	int err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attacks); i++) {
		if (!sysfs_streq(name, attacks[i].name))
			continue;
		if (changed_at && attacks[i].run != restore)
			return -EBUSY;
		err = attacks[i].run();
		if (err)
			restore();
		return err;
	}
	return -EINVAL;
}

static const struct kernel_param_ops attack_param = { .set = set_attack };
module_param_cb(attack, &attack_param, NULL, 0200);
MODULE_PARM_DESC(attack, "Change a pointer of the running kernel");

static int __init pointer_init(void)
{
	return register_all();
}

static void __exit pointer_exit(void)
{
	restore();
	unregister_all();
}

module_init(pointer_init);
module_exit(pointer_exit);

MODULE_DESCRIPTION("Pointers to functions, for tests of lkrg");
MODULE_LICENSE("GPL");
/* Taints the kernel with TAINT_TEST. */
MODULE_INFO(test, "Y");
