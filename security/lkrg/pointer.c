// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Where tables and lists of functions lead
 *
 * The kernel calls functions by tables of operations, and by lists that others add
 * to.  Tables are read-only, as a rule, and verified as such.  Pointers to them, and
 * lists, cannot be: a pass looks whether a table is the kernel's or that of a module
 * in the inventory, and whether each function belongs to somebody.
 *
 * Locking: hook.c holds text_mutex, so no module in the inventory is freed, nor what
 * it has static, during a piece.  Objects on the heap stay with RCU or the lock of
 * their list.  All locks are tried only, but sb_lock, under which nobody sleeps or
 * takes another.
 */

#include <linux/array_size.h>
#include <linux/binfmts.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/inetdevice.h>
#include <linux/list.h>
#include <linux/lkrg_pointer.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/notifier.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/rwsem.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_ldisc.h>
#include <net/hotdata.h>
#include <net/net_namespace.h>
#include <net/protocol.h>
#include <net/sock.h>
#include <net/tcp.h>

#include <asm/sections.h>

#include "execmem.h"
#include "hook.h"
#include "module.h"
#include "pointer.h"
#include "text.h"
#include "x86.h"

/* === Tables ============================================================= */

static bool is_data(unsigned long addr)
{
	return is_kernel_rodata(addr) || is_kernel_core_data(addr) ||
	       lkrg_module_has_data(addr);
}

/* Beside functions a table has numbers, its module and names. */
static bool may_be_in_table(unsigned long word)
{
	return (long)word >= 0 || is_data(word) || lkrg_text_is_owned(word);
}

/**
 * struct table - A kind of table that has functions
 * @name: of the pointer to it
 * @function: what reports call one of its functions
 * @words: its size
 */
struct table {
	const char *name;
	const char *function;
	size_t words;
};

#define WORDS(type) (sizeof(type) / sizeof(long))

/* What is read-only in the kernel itself is verified by others. */
static void verify_table(struct lkrg_cursor *cursor, const struct lkrg_hooked *what,
			 const struct table *table, const void *place)
{
	const struct lkrg_pointer pointer = { table->name, place, is_data };
	unsigned long at = lkrg_hook_verify(cursor, what, &pointer);
	size_t i;

	if (!at || is_kernel_rodata(at))
		return;
	for (i = 0; i < table->words; i++) {
		const struct lkrg_pointer word = {
			table->function, (long *)at + i, may_be_in_table
		};

		lkrg_hook_verify(cursor, what, &word);
	}
}

/**
 * struct field - A function in an object that has other things as well
 * @name: its name
 * @offset: where it is
 */
struct field {
	const char *name;
	size_t offset;
};

#define FIELD(type, member) { #member, offsetof(type, member) }

static void verify_fields(struct lkrg_cursor *cursor, const struct lkrg_hooked *what,
			  const void *object, const struct field *fields, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct lkrg_pointer pointer = {
			fields[i].name, object + fields[i].offset
		};

		lkrg_hook_verify(cursor, what, &pointer);
	}
}

/* === Lists and arrays =================================================== */

/*
 * So much of a list or an array is done.  Those that come or go between two pieces may
 * move one out of sight, until the next pass.
 */
static bool is_enough(struct lkrg_cursor *cursor, unsigned long index)
{
	cursor->index = index;
	return lkrg_piece_is_over(cursor);
}

static enum lkrg_step walk_chain(struct lkrg_cursor *cursor,
				 const struct lkrg_pointers *chain,
				 struct notifier_block __rcu *first)
{
	const struct lkrg_hooked what = { "notifier", .name = chain->name };
	const struct notifier_block *nb;
	unsigned long index = 0;

	for (nb = rcu_dereference_raw(first); nb; nb = rcu_dereference_raw(nb->next)) {
		const struct lkrg_pointer pointer = {
			"notifier_call", &nb->notifier_call
		};

		if (index++ < cursor->index)
			continue;
		lkrg_hook_verify(cursor, &what, &pointer);
		if (is_enough(cursor, index))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

static enum lkrg_step walk_atomic(struct lkrg_cursor *cursor,
				  const struct lkrg_pointers *chain)
{
	const struct atomic_notifier_head *head = chain->head;

	guard(rcu)();
	return walk_chain(cursor, chain, head->head);
}

static enum lkrg_step walk_blocking(struct lkrg_cursor *cursor,
				    const struct lkrg_pointers *chain)
{
	struct blocking_notifier_head *head = chain->head;
	enum lkrg_step step;

	if (!down_read_trylock(&head->rwsem))
		return LKRG_STEP_BUSY;
	step = walk_chain(cursor, chain, head->head);
	up_read(&head->rwsem);
	return step;
}

static enum lkrg_step walk_binfmts(struct lkrg_cursor *cursor,
				   const struct lkrg_pointers *list)
{
	static const struct field fields[] = {
		FIELD(struct linux_binfmt, load_binary),
		FIELD(struct linux_binfmt, load_shlib),
#ifdef CONFIG_COREDUMP
		FIELD(struct linux_binfmt, core_dump),
#endif
	};
	enum lkrg_step step = LKRG_STEP_DONE;
	const struct linux_binfmt *format;
	rwlock_t *lock = list->lock;
	unsigned long index = 0;

	if (!read_trylock(lock))
		return LKRG_STEP_BUSY;
	list_for_each_entry(format, (struct list_head *)list->head, lh) {
		const struct lkrg_hooked what = { "binfmt", (unsigned long)format };

		if (index++ < cursor->index)
			continue;
		verify_fields(cursor, &what, format, fields, ARRAY_SIZE(fields));
		if (is_enough(cursor, index)) {
			step = LKRG_STEP_MORE;
			break;
		}
	}
	read_unlock(lock);
	return step;
}

#ifdef CONFIG_NET
static enum lkrg_step walk_rtnl(struct lkrg_cursor *cursor,
				const struct lkrg_pointers *chain)
{
	const struct raw_notifier_head *head = chain->head;
	enum lkrg_step step;

	if (!rtnl_trylock())
		return LKRG_STEP_BUSY;
	step = walk_chain(cursor, chain, head->head);
	/* rtnl_unlock() would do what others have left to it, and sleep. */
	__rtnl_unlock();
	return step;
}

static const struct field proto_fields[] = {
	FIELD(struct proto, close),
	FIELD(struct proto, pre_connect),
	FIELD(struct proto, connect),
	FIELD(struct proto, disconnect),
	FIELD(struct proto, accept),
	FIELD(struct proto, ioctl),
	FIELD(struct proto, init),
	FIELD(struct proto, destroy),
	FIELD(struct proto, shutdown),
	FIELD(struct proto, setsockopt),
	FIELD(struct proto, getsockopt),
	FIELD(struct proto, keepalive),
#ifdef CONFIG_COMPAT
	FIELD(struct proto, compat_ioctl),
#endif
	FIELD(struct proto, sendmsg),
	FIELD(struct proto, recvmsg),
	FIELD(struct proto, splice_eof),
	FIELD(struct proto, bind),
	FIELD(struct proto, bind_add),
	FIELD(struct proto, backlog_rcv),
	FIELD(struct proto, bpf_bypass_getsockopt),
	FIELD(struct proto, release_cb),
	FIELD(struct proto, hash),
	FIELD(struct proto, unhash),
	FIELD(struct proto, rehash),
	FIELD(struct proto, get_port),
	FIELD(struct proto, put_port),
#ifdef CONFIG_BPF_SYSCALL
	FIELD(struct proto, psock_update_sk_prot),
#endif
	FIELD(struct proto, stream_memory_free),
	FIELD(struct proto, sock_is_readable),
	FIELD(struct proto, enter_memory_pressure),
	FIELD(struct proto, leave_memory_pressure),
	FIELD(struct proto, diag_destroy),
};

static enum lkrg_step walk_protocols(struct lkrg_cursor *cursor,
				     const struct lkrg_pointers *list)
{
	enum lkrg_step step = LKRG_STEP_DONE;
	struct mutex *lock = list->lock;
	const struct proto *proto;
	unsigned long index = 0;

	if (!mutex_trylock(lock))
		return LKRG_STEP_BUSY;
	list_for_each_entry(proto, (struct list_head *)list->head, node) {
		const struct lkrg_hooked what = { "protocol", .name = proto->name };

		if (index++ < cursor->index)
			continue;
		verify_fields(cursor, &what, proto, proto_fields,
			      ARRAY_SIZE(proto_fields));
		if (is_enough(cursor, index)) {
			step = LKRG_STEP_MORE;
			break;
		}
	}
	mutex_unlock(lock);
	return step;
}

static enum lkrg_step walk_sockets(struct lkrg_cursor *cursor,
				   const struct lkrg_pointers *array)
{
	static const struct table table = {
		"ops", "function of ops", WORDS(const struct proto_ops)
	};
	const struct list_head *lists = array->head;
	const struct inet_protosw *sw;
	unsigned long index = 0;
	size_t i;

	guard(rcu)();
	for (i = 0; i < SOCK_MAX; i++) {
		list_for_each_entry_rcu(sw, &lists[i], list) {
			const struct lkrg_hooked what = {
				"socket type", .numbered = true, .number = i
			};
			const struct lkrg_pointer pointer = { "prot", &sw->prot, is_data };

			if (index++ < cursor->index)
				continue;
			lkrg_hook_verify(cursor, &what, &pointer);
			verify_table(cursor, &what, &table, &sw->ops);
			if (is_enough(cursor, index))
				return LKRG_STEP_MORE;
		}
	}
	return LKRG_STEP_DONE;
}

static enum lkrg_step walk_families(struct lkrg_cursor *cursor,
				    const struct lkrg_pointers *array)
{
	static const struct table table = {
		"ops", "function of ops", WORDS(const struct net_proto_family)
	};
	const void *const *families = array->head;
	size_t i;

	for (i = cursor->index; i < NPROTO; i++) {
		const struct lkrg_hooked what = {
			"socket family", .numbered = true, .number = i
		};

		verify_table(cursor, &what, &table, &families[i]);
		if (is_enough(cursor, i + 1))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_INET
static const struct field congestion_fields[] = {
	FIELD(struct tcp_congestion_ops, ssthresh),
	FIELD(struct tcp_congestion_ops, cong_avoid),
	FIELD(struct tcp_congestion_ops, set_state),
	FIELD(struct tcp_congestion_ops, cwnd_event),
	FIELD(struct tcp_congestion_ops, in_ack_event),
	FIELD(struct tcp_congestion_ops, pkts_acked),
	FIELD(struct tcp_congestion_ops, min_tso_segs),
	FIELD(struct tcp_congestion_ops, cong_control),
	FIELD(struct tcp_congestion_ops, undo_cwnd),
	FIELD(struct tcp_congestion_ops, sndbuf_expand),
	FIELD(struct tcp_congestion_ops, get_info),
	FIELD(struct tcp_congestion_ops, init),
	FIELD(struct tcp_congestion_ops, release),
};

/* BPF may provide it: what leads from here to its programs is in no list of its own. */
static bool is_text_or_bpf(unsigned long addr)
{
	return lkrg_text_is_owned(addr) || lkrg_execmem_is_owned(addr, EXECMEM_BPF);
}

static enum lkrg_step walk_congestion(struct lkrg_cursor *cursor,
				      const struct lkrg_pointers *list)
{
	const struct tcp_congestion_ops *ops;
	unsigned long index = 0;
	size_t i;

	guard(rcu)();
	list_for_each_entry_rcu(ops, (struct list_head *)list->head, list) {
		const struct lkrg_hooked what = {
			"congestion control", .name = ops->name
		};

		if (index++ < cursor->index)
			continue;
		for (i = 0; i < ARRAY_SIZE(congestion_fields); i++) {
			const struct lkrg_pointer pointer = {
				congestion_fields[i].name,
				(void *)ops + congestion_fields[i].offset,
				is_text_or_bpf,
			};

			lkrg_hook_verify(cursor, &what, &pointer);
		}
		if (is_enough(cursor, index))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_TTY
static enum lkrg_step walk_ldiscs(struct lkrg_cursor *cursor,
				  const struct lkrg_pointers *array)
{
	static const struct table table = {
		"ops", "function of ops", WORDS(const struct tty_ldisc_ops)
	};
	const void *const *ldiscs = array->head;
	size_t i;

	for (i = cursor->index; i < NR_LDISCS; i++) {
		const struct lkrg_hooked what = {
			"line discipline", .numbered = true, .number = i
		};

		verify_table(cursor, &what, &table, &ldiscs[i]);
		if (is_enough(cursor, i + 1))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}
#endif

static enum lkrg_step (*const kinds[])(struct lkrg_cursor *cursor,
				       const struct lkrg_pointers *pointers) = {
	[LKRG_CHAIN_ATOMIC] = walk_atomic,
	[LKRG_CHAIN_BLOCKING] = walk_blocking,
	[LKRG_BINFMTS] = walk_binfmts,
#ifdef CONFIG_NET
	[LKRG_CHAIN_RTNL] = walk_rtnl,
	[LKRG_PROTOCOLS] = walk_protocols,
	[LKRG_SOCKETS] = walk_sockets,
	[LKRG_FAMILIES] = walk_families,
#endif
#ifdef CONFIG_TTY
	[LKRG_LDISCS] = walk_ldiscs,
#endif
#ifdef CONFIG_INET
	[LKRG_CONGESTION] = walk_congestion,
#endif
};

/**
 * lkrg_walk_pointers - Verify what is named by LKRG_POINTERS()
 * @cursor: where the pass is
 *
 * Context: text_mutex held, like the following.
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_pointers(struct lkrg_cursor *cursor)
{
	const size_t count = __stop_lkrg_pointers - __start_lkrg_pointers;

	while (cursor->position < count) {
		const struct lkrg_pointers *pointers =
			&__start_lkrg_pointers[cursor->position];

		enum lkrg_step step = kinds[pointers->kind](cursor, pointers);

		if (step != LKRG_STEP_DONE)
			return step;
		cursor->index = 0;
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

/* === /proc and other file systems ======================================= */

static const struct table inode_table = {
	"i_op", "function of i_op", WORDS(const struct inode_operations)
};

static const struct table file_table = {
	"i_fop", "function of i_fop", WORDS(const struct file_operations)
};

#ifdef CONFIG_PROC_FS
/* There is one place for both, and nothing that tells which of them is there. */
static void verify_show(struct lkrg_cursor *cursor, const struct lkrg_hooked *what,
			const void *place)
{
	static const struct table table = {
		"seq_ops", "function of seq_ops", WORDS(const struct seq_operations)
	};
	unsigned long to;

	if (!lkrg_read(&to, place, sizeof(to)) ||
	    (!is_data(to) && lkrg_text_is_owned(to)))
		return;
	verify_table(cursor, what, &table, place);
}

static void verify_entry(struct lkrg_cursor *cursor, const struct lkrg_proc_entry *entry)
{
	static const struct table proc_table = {
		"proc_ops", "function of proc_ops", WORDS(const struct proc_ops)
	};
	static const struct table dentry_table = {
		"proc_dops", "function of proc_dops", WORDS(const struct dentry_operations)
	};
	const struct lkrg_hooked what = { "proc entry", .name = entry->name };
	const struct lkrg_pointer write = { "write", entry->write };

	verify_table(cursor, &what, &inode_table, entry->inode_ops);
	if (entry->file_ops)
		verify_table(cursor, &what, &file_table, entry->file_ops);
	if (entry->proc_ops)
		verify_table(cursor, &what, &proc_table, entry->proc_ops);
	verify_table(cursor, &what, &dentry_table, entry->dentry_ops);
	verify_show(cursor, &what, entry->show);
	lkrg_hook_verify(cursor, &what, &write);
}

static bool visit_entry(const struct lkrg_proc_entry *entry, void *arg)
{
	struct lkrg_cursor *cursor = arg;

	verify_entry(cursor, entry);
	return is_enough(cursor, cursor->index + 1);
}

/* An entry and those below it; the whole of /proc is below that of NULL. */
static enum lkrg_step walk_proc(struct lkrg_cursor *cursor, struct proc_dir_entry *root)
{
	switch (lkrg_visit_proc(root, cursor->index, visit_entry, cursor)) {
	case 0:
		cursor->index = 0;
		return LKRG_STEP_DONE;
	case -EBUSY:
		return LKRG_STEP_BUSY;
	default:
		return LKRG_STEP_MORE;
	}
}

/**
 * lkrg_walk_proc - Verify the entries of /proc
 * @cursor: where the pass is
 *
 * Not those of tasks, which are the kernel's own, and of network namespaces.
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_proc(struct lkrg_cursor *cursor)
{
	return walk_proc(cursor, NULL);
}
#else
enum lkrg_step lkrg_walk_proc(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

/* Who mounts or unmounts it has its lock: then it is for the next pass. */
static void verify_super(struct super_block *sb, void *cursor)
{
	static const struct table super_table = {
		"s_op", "function of s_op", WORDS(const struct super_operations)
	};
	static const struct table dentry_table = {
		"s_d_op", "function of s_d_op", WORDS(const struct dentry_operations)
	};
	const struct lkrg_hooked what = { "file system", .name = sb->s_type->name };
	const struct inode *root;

	if (!down_read_trylock(&sb->s_umount))
		return;
	if (sb->s_root && (sb->s_flags & SB_BORN)) {
		root = d_inode(sb->s_root);
		verify_table(cursor, &what, &super_table, &sb->s_op);
		verify_table(cursor, &what, &dentry_table, &sb->s_d_op);
		verify_table(cursor, &what, &inode_table, &root->i_op);
		verify_table(cursor, &what, &file_table, &root->i_fop);
	}
	up_read(&sb->s_umount);
}

/**
 * lkrg_walk_supers - Verify all file systems, and the root directory of each
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_supers(struct lkrg_cursor *cursor)
{
	while (lkrg_visit_super(!cursor->position, verify_super, cursor)) {
		cursor->position++;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

/* === Terminals ========================================================== */

#ifdef CONFIG_TTY
/**
 * lkrg_walk_ttys - Verify drivers of terminals
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_ttys(struct lkrg_cursor *cursor)
{
	static const struct table table = {
		"ops", "function of ops", WORDS(const struct tty_operations)
	};
	enum lkrg_step step = LKRG_STEP_DONE;
	const struct tty_driver *driver;
	unsigned long index = 0;

	if (!mutex_trylock(&tty_mutex))
		return LKRG_STEP_BUSY;
	list_for_each_entry(driver, &tty_drivers, tty_drivers) {
		const struct lkrg_hooked what = { "tty driver", .name = driver->name };

		if (index++ < cursor->index)
			continue;
		verify_table(cursor, &what, &table, &driver->ops);
		if (is_enough(cursor, index)) {
			step = LKRG_STEP_MORE;
			break;
		}
	}
	mutex_unlock(&tty_mutex);
	return step;
}
#else
enum lkrg_step lkrg_walk_ttys(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

/* === Network ============================================================ */

#ifdef CONFIG_INET
/* Some lie in writable memory, beside a secret that looks like anything. */
static void verify_protocol(struct lkrg_cursor *cursor, const struct lkrg_hooked *what,
			    const void *place, const struct field *fields, size_t count)
{
	const struct lkrg_pointer pointer = { "ops", place, is_data };
	unsigned long at = lkrg_hook_verify(cursor, what, &pointer);

	if (at && !is_kernel_rodata(at))
		verify_fields(cursor, what, (void *)at, fields, count);
}

static void verify_inet(struct lkrg_cursor *cursor, unsigned int number)
{
	static const struct field fields[] = {
		FIELD(struct net_protocol, handler),
		FIELD(struct net_protocol, err_handler),
	};
	const struct lkrg_hooked what = {
		"IPv4 protocol", .numbered = true, .number = number
	};

	if (rcu_access_pointer(inet_protos[number]))
		verify_protocol(cursor, &what, &inet_protos[number], fields,
				ARRAY_SIZE(fields));
}

static void verify_inet6(struct lkrg_cursor *cursor, unsigned int number)
{
#if IS_BUILTIN(CONFIG_IPV6)
	static const struct field fields[] = {
		FIELD(struct inet6_protocol, handler),
		FIELD(struct inet6_protocol, err_handler),
	};
	const struct lkrg_hooked what = {
		"IPv6 protocol", .numbered = true, .number = number
	};

	if (rcu_access_pointer(inet6_protos[number]))
		verify_protocol(cursor, &what, &inet6_protos[number], fields,
				ARRAY_SIZE(fields));
#endif
}

/**
 * lkrg_walk_protocols - Verify who gets packets of IP
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_protocols(struct lkrg_cursor *cursor)
{
	unsigned int i;

	for (i = 0; i < MAX_INET_PROTOS; i++) {
		verify_inet(cursor, i);
		verify_inet6(cursor, i);
	}
	return LKRG_STEP_DONE;
}
#else
enum lkrg_step lkrg_walk_protocols(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif

#ifdef CONFIG_NET
static enum lkrg_step walk_packets(struct lkrg_cursor *cursor,
				   const struct list_head *list)
{
	static const struct field fields[] = {
		FIELD(struct packet_type, func),
		FIELD(struct packet_type, list_func),
		FIELD(struct packet_type, id_match),
	};
	const struct packet_type *type;
	unsigned long index = 0;

	guard(rcu)();
	list_for_each_entry_rcu(type, list, list) {
		const struct lkrg_hooked what = {
			"packet type", .numbered = true, .number = ntohs(type->type)
		};

		if (index++ < cursor->index)
			continue;
		verify_fields(cursor, &what, type, fields, ARRAY_SIZE(fields));
		if (is_enough(cursor, index))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

/**
 * lkrg_walk_packets - Verify who gets packets of any kind
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_packets(struct lkrg_cursor *cursor)
{
	while (cursor->position <= PTYPE_HASH_SIZE) {
		const struct list_head *list = cursor->position ?
			&ptype_base[cursor->position - 1] : &net_hotdata.ptype_all;

		if (walk_packets(cursor, list) != LKRG_STEP_DONE)
			return LKRG_STEP_MORE;
		cursor->index = 0;
		cursor->position++;
	}
	return LKRG_STEP_DONE;
}

#ifdef CONFIG_NETFILTER
static enum lkrg_step walk_hooks(struct lkrg_cursor *cursor, const struct net *net)
{
	const struct netns_nf *nf = &net->nf;
	const struct {
		const char *how;
		struct nf_hook_entries __rcu *const *hooks;
		size_t count;
	} families[] = {
		{ "netfilter ipv4", nf->hooks_ipv4, ARRAY_SIZE(nf->hooks_ipv4) },
		{ "netfilter ipv6", nf->hooks_ipv6, ARRAY_SIZE(nf->hooks_ipv6) },
#ifdef CONFIG_NETFILTER_FAMILY_ARP
		{ "netfilter arp", nf->hooks_arp, ARRAY_SIZE(nf->hooks_arp) },
#endif
#ifdef CONFIG_NETFILTER_FAMILY_BRIDGE
		{ "netfilter bridge", nf->hooks_bridge, ARRAY_SIZE(nf->hooks_bridge) },
#endif
	}, *family;
	const struct nf_hook_entries *entries;
	unsigned long index = 0;
	unsigned int i, j;

	guard(rcu)();
	for (family = families; family < families + ARRAY_SIZE(families); family++) {
		for (i = 0; i < family->count; i++) {
			const struct lkrg_hooked what = {
				family->how, .numbered = true, .number = i
			};

			entries = rcu_dereference(family->hooks[i]);
			for (j = 0; entries && j < entries->num_hook_entries; j++) {
				const struct lkrg_pointer pointer = {
					"hook", &entries->hooks[j].hook
				};

				if (index++ < cursor->index)
					continue;
				lkrg_hook_verify(cursor, &what, &pointer);
				if (is_enough(cursor, index))
					return LKRG_STEP_MORE;
			}
		}
	}
	return LKRG_STEP_DONE;
}
#else
static enum lkrg_step walk_hooks(struct lkrg_cursor *cursor, const struct net *net)
{
	return LKRG_STEP_DONE;
}
#endif

#if defined(CONFIG_NETFILTER_INGRESS) || defined(CONFIG_NETFILTER_EGRESS)
static void verify_entries(struct lkrg_cursor *cursor, const struct net_device *dev,
			   const char *name, const struct nf_hook_entries *entries)
{
	const struct lkrg_hooked what = { "network device", .name = dev->name };
	unsigned int i;

	for (i = 0; entries && i < entries->num_hook_entries; i++) {
		const struct lkrg_pointer pointer = { name, &entries->hooks[i].hook };

		lkrg_hook_verify(cursor, &what, &pointer);
	}
}
#endif

static void verify_device(struct lkrg_cursor *cursor, const struct net_device *dev)
{
	static const struct field fields[] = {
		FIELD(struct net_device, rx_handler),
	};
	const struct lkrg_hooked what = { "network device", .name = dev->name };

	verify_fields(cursor, &what, dev, fields, ARRAY_SIZE(fields));
#ifdef CONFIG_NETFILTER_INGRESS
	verify_entries(cursor, dev, "ingress hook",
		       rcu_dereference(dev->nf_hooks_ingress));
#endif
#ifdef CONFIG_NETFILTER_EGRESS
	verify_entries(cursor, dev, "egress hook",
		       rcu_dereference(dev->nf_hooks_egress));
#endif
}

static enum lkrg_step walk_devices(struct lkrg_cursor *cursor, const struct net *net)
{
	const struct net_device *dev;
	unsigned long index = 0;

	guard(rcu)();
	for_each_netdev_rcu(net, dev) {
		if (index++ < cursor->index)
			continue;
		verify_device(cursor, dev);
		if (is_enough(cursor, index))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

static enum lkrg_step walk_entries(struct lkrg_cursor *cursor, const struct net *net)
{
#ifdef CONFIG_PROC_FS
	return walk_proc(cursor, net->proc_net);
#else
	return LKRG_STEP_DONE;
#endif
}

/* The last one that is done: its memory is there, and it may be about to go. */
static struct net *last_net;

static void set_last_net(struct net *net)
{
	struct net *const before = last_net;

	if (net)
		net_passive_inc(net);
	last_net = net;
	if (before)
		net_passive_dec(before);
}

/* The one behind, with a reference.  If it has gone they are counted again. */
static struct net *get_next_net(const struct lkrg_cursor *cursor)
{
	struct net *net = list_entry(&net_namespace_list, struct net, list);
	unsigned long left = cursor->position;

	guard(rcu)();
	if (left && check_net(last_net)) {
		net = last_net;
		left = 0;
	}
	list_for_each_entry_continue_rcu(net, &net_namespace_list, list) {
		if (left)
			left--;
		else if (maybe_get_net(net))
			return net;
	}
	return NULL;
}

static enum lkrg_step walk_nets(struct lkrg_cursor *cursor,
				enum lkrg_step (*walk)(struct lkrg_cursor *cursor,
						       const struct net *net))
{
	/* Whose hooks or entries are counted by the index */
	static const struct net *walked;
	struct net *net;

	/* No reference is kept from one piece to the next: somebody may wait for it. */
	while ((net = get_next_net(cursor))) {
		enum lkrg_step step;

		if (net != walked)
			cursor->index = 0;
		walked = net;
		step = walk(cursor, net);
		if (step == LKRG_STEP_DONE) {
			set_last_net(net);
			cursor->position++;
			cursor->index = 0;
		}
		put_net(net);
		if (step != LKRG_STEP_DONE)
			return step;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	set_last_net(NULL);
	return LKRG_STEP_DONE;
}

/**
 * lkrg_walk_net_entries - Verify the entries of /proc of each network namespace
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_net_entries(struct lkrg_cursor *cursor)
{
	return walk_nets(cursor, walk_entries);
}

/**
 * lkrg_walk_netfilter - Verify the hooks of netfilter of each network namespace
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_netfilter(struct lkrg_cursor *cursor)
{
	return walk_nets(cursor, walk_hooks);
}

/**
 * lkrg_walk_devices - Verify who gets packets of each network device
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_devices(struct lkrg_cursor *cursor)
{
	return walk_nets(cursor, walk_devices);
}
#else
enum lkrg_step lkrg_walk_packets(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}

enum lkrg_step lkrg_walk_net_entries(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}

enum lkrg_step lkrg_walk_netfilter(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}

enum lkrg_step lkrg_walk_devices(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}
#endif
