// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Memory that code is in
 *
 * Kernel memory may be executable if it is text that image.c verifies, or if it is
 * in the inventory: what execmem_alloc() has given to modules, BPF, ftrace and
 * kprobes, and the few pages that are made at boot.  A pass walks the page tables
 * and reports what else is executable, what is writable as well, and second
 * mappings by which somebody could write to code or read-only data.
 *
 * What BPF, ftrace and kprobes have made read-only is written by patches alone, which
 * are declared like those of text: it has tags.
 *
 * Locking, outermost first:
 *
 *   text_mutex		ITS thunks are written while they are executable; it
 *			protects the inventory of modules and the tags as well
 *     owned_mutex	the inventory; held from before memory leaves it until
 *			that is not mapped any more
 *       RCU		who asks whose memory it is
 */

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/cleanup.h>
#include <linux/crash_reserve.h>
#include <linux/execmem.h>
#include <linux/init.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/lkrg.h>
#include <linux/lkrg_execmem.h>
#include <linux/lockdep.h>
#include <linux/memory.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/rbtree_latch.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/sections.h>

#include "execmem.h"
#include "image.h"
#include "module.h"
#include "param.h"
#include "report.h"
#include "sites.h"
#include "tag.h"
#include "text.h"
#include "x86.h"

/* === The inventory ====================================================== */

/* How far it is with memory for code */
enum stage {
	WRITTEN,
	READONLY,
	TAGGED,
	/* It is text of a module in the inventory, which has tags of it */
	GUARDED,
};

/**
 * struct code - Memory for code
 * @node: in the inventory
 * @is: what it is, without holes but those in @section, which are zero
 * @tag: over the address of the entry and @is
 * @rcu: who asks whose it is may still see it
 *
 * The section is empty where patches are not declared, or not as such: modules have
 * their own.  Thunks for ITS get one when they are complete.
 */
struct code {
	struct latch_tree_node node;
	struct {
		unsigned long start;
		unsigned long end;
		/* These two are a pair. */
		u64 type;
		u64 stage;
		struct lkrg_section section;
	} is;
	struct lkrg_record_tag tag;
	struct rcu_head rcu;
};

#define CODE_PAIRS (sizeof_field(struct code, is) / LKRG_PAIR)

static_assert(sizeof_field(struct code, is) % LKRG_PAIR == 0);

/* By address. */
static struct latch_tree_root owned;
static DEFINE_MUTEX(owned_mutex);

/* Is there a baseline?  Until then patches are not declared. */
static bool is_taken;

static struct lkrg_record_tag code_tag(const struct code *code)
{
	return lkrg_record_tag(code, 0, &code->is, CODE_PAIRS);
}

/* What was forged is nobody's. */
static bool is_authentic(const struct code *code)
{
	return lkrg_same_tag(code->tag, code_tag(code));
}

static struct code *code_of(struct latch_tree_node *node)
{
	return container_of(node, struct code, node);
}

static __always_inline bool is_below(struct latch_tree_node *a, struct latch_tree_node *b)
{
	return code_of(a)->is.start < code_of(b)->is.start;
}

static __always_inline int compare(void *key, struct latch_tree_node *node)
{
	const struct code *code = code_of(node);
	unsigned long addr = (unsigned long)key;

	if (addr < code->is.start)
		return -1;
	return addr >= code->is.end;
}

static const struct latch_tree_ops by_address = {
	.less = is_below,
	.comp = compare,
};

/* What the trees are in order of may have been changed, and changed back. */
static bool is_at(const struct code *code, unsigned long addr)
{
	return code && is_authentic(code) &&
	       addr - code->is.start < code->is.end - code->is.start;
}

/* With RCU, or one of the locks.  It may be forged. */
static struct code *lookup(unsigned long addr)
{
	struct latch_tree_node *node = latch_tree_find((void *)addr, &owned, &by_address);

	return node ? code_of(node) : NULL;
}

static struct code *find(unsigned long addr)
{
	struct code *code = lookup(addr);

	return is_at(code, addr) ? code : NULL;
}

/*
 * The first one that ends behind an address: with the lock.  By one tree of the two, and
 * always from its root, so who hides one from whoever walks hides it from who looks for it.
 */
static struct code *first_from(unsigned long addr)
{
	struct rb_node *node = owned.tree[0].rb_node;
	struct code *first = NULL;

	while (node) {
		struct code *code = rb_entry(node, struct code, node.node[0]);

		if (code->is.end > addr) {
			first = code;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return first;
}

/* The end is behind that of @code, wherever the tree leads. */
static struct code *next(const struct code *code)
{
	return first_from(code->is.end);
}

/* What a pass verifies of all this is found in the same way. */
static const struct code *find_as_walked(unsigned long addr)
{
	const struct code *code = first_from(addr);

	return is_at(code, addr) ? code : NULL;
}

static bool has_tags(enum execmem_type type)
{
	return type == EXECMEM_BPF || type == EXECMEM_FTRACE || type == EXECMEM_KPROBES;
}

static void free_code(struct code *code)
{
	lkrg_section_free(&code->is.section);
	kfree_rcu(code, rcu);
}

static int own(unsigned long start, unsigned long end, enum execmem_type type)
{
	struct code *code = kzalloc(sizeof(*code), GFP_KERNEL);
	int err;

	lockdep_assert_held(&owned_mutex);
	if (!code)
		return -ENOMEM;
	code->is.start = start;
	code->is.end = end;
	code->is.type = type;
	code->is.section.what = LKRG_TEXT_CHANGED;
	err = has_tags(type) ? lkrg_section_init(&code->is.section, (void *)start,
						 (void *)end) : 0;
	if (err) {
		free_code(code);
		return err;
	}
	code->tag = code_tag(code);
	latch_tree_insert(&code->node, &owned, &by_address);
	return 0;
}

/* Returns where the range ends that an address is in, or 0. */
static unsigned long owned_until(unsigned long addr, enum execmem_type *type)
{
	const struct code *code;

	guard(rcu)();
	code = find(addr);
	if (!code)
		return 0;
	*type = code->is.type;
	return code->is.end;
}

/**
 * lkrg_execmem_is_owned - Is it memory that code of some kind is in?
 * @addr: an address
 * @type: whose code
 *
 * Context: any.
 * Return: whether it is.
 */
bool lkrg_execmem_is_owned(unsigned long addr, enum execmem_type type)
{
	enum execmem_type found;

	return owned_until(addr, &found) && found == type;
}

/**
 * lkrg_execmem_is_for_code - Was all of it allocated for code?
 * @addr: the first byte
 * @pages: how many
 *
 * Context: any.
 * Return: whether it was, at once and by one who may.
 */
bool lkrg_execmem_is_for_code(unsigned long addr, int pages)
{
	enum execmem_type type;
	unsigned long until = owned_until(addr, &type);

	/* Neither number is to be trusted: nothing here wraps. */
	return pages > 0 && until && PFN_DOWN(until - addr) >= pages;
}

/* The kernel itself, what may be behind a function of it, or in its place. */
static bool may_ask(unsigned long caller)
{
	return lkrg_text_is_core(caller) ||
	       lkrg_execmem_is_owned(caller, EXECMEM_BPF) ||
	       lkrg_execmem_is_owned(caller, EXECMEM_FTRACE) ||
	       lkrg_module_is_livepatch(caller);
}

void *__lkrg_execmem_allocated(enum execmem_type type, void *start, size_t size,
			       unsigned long caller)
{
	int err;

	/* Data of modules is not to be executable. */
	if (!start || type == EXECMEM_MODULE_DATA || !may_ask(caller))
		return start;
	mutex_lock(&owned_mutex);
	err = own((unsigned long)start, (unsigned long)start + PAGE_ALIGN(size), type);
	mutex_unlock(&owned_mutex);
	if (!err)
		return start;
	vfree(start);
	return NULL;
}

void __lkrg_execmem_free_begin(const void *start)
{
	struct code *code;

	mutex_lock(&owned_mutex);
	code = lookup((unsigned long)start);
	if (!code)
		return;
	latch_tree_erase(&code->node, &owned, &by_address);
	/* A forged one leads anywhere. */
	if (is_authentic(code))
		free_code(code);
}

void __lkrg_execmem_free_end(void)
{
	mutex_unlock(&owned_mutex);
}

/* A forged entry stays forged. */
static void set_stage(struct code *code, enum stage stage)
{
	u128 sum = lkrg_record_sum(code->tag) - lkrg_record_pair(&code->is.type, 1);

	code->is.stage = stage;
	code->tag = lkrg_record_close(sum + lkrg_record_pair(&code->is.type, 1));
}

/**
 * lkrg_execmem_guarded - Say whether a module has memory for code
 * @start: its first byte
 * @guarded: whether one in the inventory of modules has it from now on
 *
 * From then on it is nobody's if that inventory does not know it.
 *
 * Context: text_mutex held, so both inventories change at once.
 */
void lkrg_execmem_guarded(unsigned long start, bool guarded)
{
	struct code *code;

	guard(mutex)(&owned_mutex);
	code = find(start);
	if (code && code->is.type == EXECMEM_MODULE_TEXT)
		set_stage(code, guarded ? GUARDED : WRITTEN);
}

static void take(struct code *code)
{
	lkrg_section_take_all(&code->is.section);
	set_stage(code, TAGGED);
}

/* Returns whether there is one now: without it nothing is verified but the mapping. */
static bool give_section(struct code *code)
{
	const size_t before = offsetof(typeof(code->is), section) / LKRG_PAIR;
	const size_t pairs = CODE_PAIRS - before;
	u128 sum;

	if (code->is.section.nr_pages)
		return true;
	/* A forged entry stays forged. */
	sum = lkrg_record_sum(code->tag) - lkrg_record_span(&code->is, before, pairs);
	if (lkrg_section_init(&code->is.section, (void *)code->is.start,
			      (void *)code->is.end))
		return false;
	code->tag = lkrg_record_close(sum + lkrg_record_span(&code->is, before, pairs));
	return true;
}

void __lkrg_execmem_readonly(const void *start)
{
	struct code *code;

	guard(mutex)(&owned_mutex);
	code = find((unsigned long)start);
	if (!code || code->is.stage != WRITTEN || !give_section(code))
		return;
	if (is_taken)
		take(code);
	else
		set_stage(code, READONLY);
}

/* Pages that are mapped one behind the other were allocated together. */
struct taken {
	unsigned long start;
	unsigned long end;
	bool writable;
	int err;
};

/* What a hypervisor has put elsewhere it may exchange. */
static bool __init is_ours(const struct taken *taken)
{
	return !taken->writable && !is_vmalloc_addr((void *)taken->start);
}

static void __init take_range(struct taken *taken)
{
	if (!taken->end || taken->err)
		return;
	taken->err = own(taken->start, taken->end, EXECMEM_FTRACE);
	if (!taken->err && is_ours(taken))
		set_stage(find(taken->start), READONLY);
}

static void __init take_leaf(const struct lkrg_leaf *leaf, void *data)
{
	struct taken *taken = data;

	if (!leaf->executable || !is_vmalloc_or_module_addr((void *)leaf->start))
		return;
	if (leaf->start != taken->end) {
		take_range(taken);
		taken->start = leaf->start;
		taken->writable = false;
	}
	taken->end = leaf->start + leaf->size;
	taken->writable |= leaf->writable;
}

/*
 * What is reserved for the kernel of a crash.  It becomes read-only where all memory is
 * mapped, and the kernel keeps a writable mapping of what it will have to say in there.
 */
static struct {
	unsigned long first;
	unsigned long last;
} reserved[2] __ro_after_init;

static void __init take_reserved(void)
{
#ifdef CONFIG_CRASH_RESERVE
	const struct resource *const areas[] = { &crashk_res, &crashk_low_res };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++) {
		reserved[i].first = PHYS_PFN(areas[i]->start);
		reserved[i].last = PHYS_PFN(areas[i]->end);
	}
#endif
}

static bool is_reserved(unsigned long frame)
{
	size_t i;

	/* Where nothing is reserved, the first frame is. */
	for (i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (frame && frame >= reserved[i].first && frame <= reserved[i].last)
			return true;
	}
	return false;
}

/**
 * lkrg_execmem_init - Make the inventory, of what is executable by now
 *
 * Which is what alternatives, function tracing and a hypervisor have needed so
 * early in the boot: nobody else has run, and of them only function tracing cares
 * whose it is.  They get tags with lkrg_execmem_baseline().
 *
 * Return: 0 or -ENOMEM.
 */
int __init lkrg_execmem_init(void)
{
	struct taken taken = { };
	unsigned long addr = 0;

	take_reserved();
	mutex_lock(&owned_mutex);
	do {
		addr = lkrg_visit_mappings(addr, take_leaf, &taken);
	} while (addr);
	take_range(&taken);
	mutex_unlock(&owned_mutex);
	return taken.err;
}

/**
 * lkrg_execmem_baseline - Add what the boot has made executable or read-only since
 *
 * Context: kernel_init(), the kernel is read-only, PID 1 not started.
 */
void lkrg_execmem_baseline(void)
{
	unsigned long start, size;
	struct code *code;
	unsigned int i;

	if (lkrg_is_booted())
		return;
	mutex_lock(&text_mutex);
	mutex_lock(&owned_mutex);
	for (code = first_from(0); code; code = next(code)) {
		if (is_authentic(code) && code->is.stage == READONLY)
			take(code);
	}
	is_taken = true;
	for (i = 0; lkrg_other_code(i, &start, &size); i++) {
		if (size && own(start, start + size, EXECMEM_DEFAULT))
			lkrg_panic_no_memory("the inventory of code");
	}
	mutex_unlock(&owned_mutex);
	mutex_unlock(&text_mutex);
}

/* === Patches ============================================================= */

/* A call, a jump, or what stands for one.  A program may not have a name yet. */
static bool is_branch(const u8 *addr, const u8 *new, size_t len)
{
	return lkrg_insn_is_nop(new, len) || lkrg_insn_leads_to_text(new, len, addr) ||
	       (len == JMP32_INSN_SIZE &&
		(lkrg_insn_is_jump(new) || lkrg_insn_is_call(new)) &&
		lkrg_execmem_is_owned(lkrg_insn_target(new, len, addr), EXECMEM_BPF));
}

/**
 * lkrg_execmem_copy - Account for code that is about to be copied
 * @type: whose code
 * @addr: first byte that will be written
 * @new: what will be written there
 * @len: number of bytes
 *
 * Context: as lkrg_patch_is_legal().
 * Return: false if it is not where such code may be.
 */
bool lkrg_execmem_copy(enum execmem_type type, const u8 *addr, const u8 *new, size_t len)
{
	struct code *code;

	guard(rcu)();
	code = find((unsigned long)addr);
	if (!code || code->is.type != type)
		return false;
	/* Before that nobody has looked at it. */
	if (code->is.stage != TAGGED)
		return true;
	if (len > code->is.end - (unsigned long)addr)
		return false;
	lkrg_section_copy(&code->is.section, addr, new, len);
	return true;
}

static bool is_legal(enum lkrg_patcher who, enum execmem_type type, const u8 *addr,
		     const u8 *new, size_t len)
{
	if (who == LKRG_PATCH_INSN && type == EXECMEM_FTRACE)
		return lkrg_insn_is_call(new) && lkrg_insn_leads_to_text(new, len, addr);
	if (who == LKRG_PATCH_INSN)
		return type == EXECMEM_BPF && is_branch(addr, new, len);
	return lkrg_patch_is_legal(who, NULL, NULL, addr, new, len);
}

/**
 * lkrg_execmem_patch - Account for a declared patch of memory for code, if it is legal
 * @who: who patches
 * @addr: first byte that will be written
 * @new: what will be written there
 * @len: number of bytes
 *
 * Context: as lkrg_patch_is_legal().
 * Return: false if it is not legal.
 */
bool lkrg_execmem_patch(enum lkrg_patcher who, const u8 *addr, const u8 *new,
			size_t len)
{
	struct code *code;

	guard(rcu)();
	code = find((unsigned long)addr);
	if (!code || code->is.stage != TAGGED)
		return true;
	/* What is run instead of an instruction is none. */
	if (who == LKRG_PATCH_PROBE)
		return lkrg_execmem_copy(EXECMEM_KPROBES, addr, new, len);
	if (len > code->is.end - (unsigned long)addr ||
	    !is_legal(who, code->is.type, addr, new, len))
		return false;
	lkrg_section_poke(&code->is.section, addr, new, len);
	/* Who frees it does not wait for those who patch. */
	lkrg_section_settle();
	return true;
}

/**
 * lkrg_execmem_owner - Whose code is it?
 * @addr: an address
 *
 * Context: any.
 * Return: its name, NULL if it is nobody's or in a module.
 */
const char *lkrg_execmem_owner(unsigned long addr)
{
	enum execmem_type type;

	if (!owned_until(addr, &type))
		return NULL;
	switch (type) {
	case EXECMEM_KPROBES:
		return "kprobe";
	case EXECMEM_FTRACE:
		return "ftrace";
	case EXECMEM_BPF:
		return "BPF";
	default:
		return NULL;
	}
}

/* === The pass =========================================================== */

/* What may be wrong with a page */
enum how {
	FINE,
	FOREIGN,
	WRITABLE,
	SECOND,
};

static const char *const hows[] = {
	[FOREIGN] = "executable",
	[WRITABLE] = "writable and executable",
	[SECOND] = "writable",
};

/**
 * struct finding - Adjacent pages with which the same is wrong
 * @start: address of the first one
 * @end: behind the last one
 * @how: what is wrong
 * @frame: the first one's
 * @reported: a mark that others cannot make, when it was reported
 */
struct finding {
	unsigned long start;
	unsigned long end;
	enum how how;
	unsigned long frame;
	u64 reported;
};

/* In the piece under way: as far as this, what cannot be written is fine. */
static unsigned long fine_until;

/* More at once are counted, and reported when these are gone. */
#define FINDINGS 16

/*
 * What has to be looked at once more, what of that was still there in the pass under
 * way, and what the last one has reported.
 */
static struct finding found[FINDINGS], left[FINDINGS], known[FINDINGS];
static size_t nr_found, nr_left, nr_known;
/* How many more there are of these two. */
static unsigned long more_left, more_known;
/* As far as this, all are found; where the first one is that found no room, or 0. */
static unsigned long looked_until, left_from;

static unsigned long core_until(unsigned long addr)
{
	if (addr >= (unsigned long)_text && addr < (unsigned long)_etext)
		return PAGE_ALIGN((unsigned long)_etext);
	if (addr >= (unsigned long)__start_rodata &&
	    addr < (unsigned long)__end_rodata)
		return PAGE_ALIGN((unsigned long)__end_rodata);
	return 0;
}

/* Who sets a knob maps settings a second time; each has a tag of its own. */
static bool may_be_mapped_again(unsigned long frame)
{
	return frame == PHYS_PFN(__pa_symbol(lkrg_settings)) || is_reserved(frame);
}

/* Returns what is wrong, and until where nothing else is. */
static enum how judge(const struct lkrg_leaf *leaf, unsigned long addr,
		      unsigned long *until)
{
	const struct code *code;

	/* How these pages are mapped image.c looks itself. */
	*until = core_until(addr) ?: lkrg_module_guards_until(addr);
	if (*until)
		return FINE;
	code = find_as_walked(addr);
	if (code && code->is.stage == TAGGED) {
		*until = code->is.end;
		return FINE;
	}
	*until = addr + PAGE_SIZE;
	if (!leaf->executable)
		return may_be_mapped_again(lkrg_leaf_frame(leaf, addr)) ? FINE :
									  SECOND;
	if (leaf->writable)
		return WRITABLE;
	if (!code || code->is.stage == GUARDED)
		return FOREIGN;
	*until = code->is.end;
	return FINE;
}

static void note(enum how how, unsigned long start, unsigned long end,
		 unsigned long frame)
{
	struct finding *last = nr_found ? &found[nr_found - 1] : NULL;

	if (last && last->end == start && last->how == how) {
		last->end = end;
		return;
	}
	if (nr_found < FINDINGS)
		found[nr_found++] = (struct finding){ start, end, how, frame };
	else if (!left_from)
		left_from = start;
}

static void look_at_leaf(const struct lkrg_leaf *leaf, void *unused)
{
	const unsigned long end = leaf->start + leaf->size;
	unsigned long addr, until;

	/* BPF has 2 MB at once, and is visited page by page. */
	if (end <= fine_until && !leaf->writable)
		return;
	for (addr = max(leaf->start, looked_until); addr < end; addr = until) {
		enum how how = judge(leaf, addr, &until);

		if (how == FINE)
			fine_until = until;
		else
			note(how, addr, until, lkrg_leaf_frame(leaf, addr));
	}
}

static void look_again(const struct lkrg_leaf *leaf, void *data)
{
	struct finding *finding = data;
	unsigned long until;

	if (finding->start - leaf->start < leaf->size &&
	    judge(leaf, finding->start, &until) == finding->how)
		finding->end = finding->start;
}

/* Memory was mapped and unmapped meanwhile, so one look is not enough. */
static bool is_still_there(const struct finding *finding)
{
	struct finding copy = *finding;

	lkrg_visit_mappings(finding->start, look_again, &copy);
	return copy.end == copy.start;
}

static u64 mark_of(const struct finding *finding)
{
	return lkrg_record_fold(lkrg_record_head((void *)finding->start, finding->end) +
				lkrg_record_words(0, finding->how, finding->frame));
}

static bool is_known(const struct finding *finding)
{
	size_t i;

	for (i = 0; i < nr_known; i++) {
		if (known[i].reported == finding->reported)
			return true;
	}
	return false;
}

/* Others may free the area just now. */
static void find_area(struct lkrg_memory_report *report)
{
	const struct vm_struct *area = find_vm_area((void *)report->start);
	struct vm_struct copy;

	if (!area || !lkrg_read(&copy, area, sizeof(copy)))
		return;
	report->caller = (unsigned long)copy.caller;
	report->size = get_vm_area_size(&copy);
	report->offset = report->start - (unsigned long)copy.addr;
}

static noinline struct lkrg_report describe(const struct finding *finding)
{
	struct lkrg_report report = {
		.what = LKRG_MEMORY_FOREIGN,
		.done = lkrg_image_stops() ? LKRG_DID_PANIC : LKRG_DID_LOG,
		.memory = {
			.start = finding->start,
			.nr_pages = (finding->end - finding->start) / PAGE_SIZE,
			.how = hows[finding->how],
			.is_linear = lkrg_is_linear(finding->start),
			.frame = finding->frame,
		},
	};

	if (finding->how == SECOND)
		report.memory.same_as = lkrg_image_address(finding->frame) ?:
					lkrg_module_address(finding->frame);
	if (is_vmalloc_or_module_addr((void *)finding->start))
		find_area(&report.memory);
	return report;
}

static noinline void report_finding(const struct finding *finding)
{
	const struct lkrg_report report = describe(finding);

	lkrg_report(&report);
}

static void verify_finding(struct lkrg_cursor *cursor, struct finding *finding)
{
	if (!is_still_there(finding))
		return;
	finding->reported = mark_of(finding);
	cursor->violations++;
	/* To be reported once, it would have to be remembered. */
	if (nr_left == FINDINGS) {
		more_left++;
		return;
	}
	left[nr_left++] = *finding;
	if (is_known(finding) && !lkrg_image_stops())
		cursor->known++;
	else
		report_finding(finding);
}

static void remember(void)
{
	memcpy(known, left, nr_left * sizeof(*known));
	nr_known = nr_left;
	more_known = more_left;
}

/* Where the pass is: what has tags now, from this address on. */
static unsigned long code_under_way;

/* What comes or goes meanwhile may be seen in part, or with the next pass only. */
static bool walk_code(struct lkrg_cursor *cursor)
{
	struct code *code;

	for (code = first_from(code_under_way); code; code = next(code)) {
		/*
		 * A forged one is nobody's: its pages should not be executable.  It may
		 * also have led back to what was verified before.
		 */
		if (!is_authentic(code) || code->is.end <= code_under_way)
			continue;
		if (code->is.stage == TAGGED) {
			if (code->is.start != code_under_way) {
				code_under_way = code->is.start;
				cursor->position = 0;
			}
			if (lkrg_section_step(&code->is.section, cursor) !=
			    LKRG_STEP_DONE)
				return false;
		}
		/* Those of modules have no tags here, and there may be many. */
		cursor->position = 0;
		code_under_way = code->is.end;
		if (lkrg_piece_is_over(cursor))
			return false;
	}
	return true;
}

/* Stages of the cursor: before, in the inventory, in the page tables, behind them. */
#define START		0
#define IN_INVENTORY	1
#define IN_TABLES	2
#define BEHIND		3

/* From the address on, which is 0 for the first time */
static void look_from(struct lkrg_cursor *cursor, unsigned long addr)
{
	nr_found = 0;
	left_from = 0;
	looked_until = addr;
	cursor->position = addr;
	cursor->index = 0;
	cursor->stage = IN_TABLES;
}

static enum lkrg_step walk(struct lkrg_cursor *cursor)
{
	switch (cursor->stage) {
	case START:
		code_under_way = 0;
		cursor->stage = IN_INVENTORY;
		fallthrough;
	case IN_INVENTORY:
		if (!walk_code(cursor))
			return LKRG_STEP_MORE;
		nr_left = 0;
		more_left = 0;
		look_from(cursor, 0);
		return LKRG_STEP_MORE;
	case IN_TABLES:
		do {
			cursor->position = lkrg_visit_mappings(cursor->position,
							       look_at_leaf, NULL);
		} while (cursor->position && !left_from && !lkrg_piece_is_over(cursor));
		if (!cursor->position || left_from)
			cursor->stage = BEHIND;
		return LKRG_STEP_MORE;
	default:
		/* One of them takes as long as many entries. */
		if (cursor->index < nr_found) {
			verify_finding(cursor, &found[cursor->index++]);
			return LKRG_STEP_MORE;
		}
		if (left_from) {
			look_from(cursor, left_from);
			return LKRG_STEP_MORE;
		}
		remember();
		return LKRG_STEP_DONE;
	}
}

static enum lkrg_step walk_inventory(struct lkrg_cursor *cursor)
{
	enum lkrg_step step;

	if (!mutex_trylock(&owned_mutex))
		return LKRG_STEP_BUSY;
	fine_until = 0;
	step = walk(cursor);
	mutex_unlock(&owned_mutex);
	return step;
}

/**
 * lkrg_execmem_step - One piece of the part of a pass that walks page tables
 * @cursor: where the pass is
 *
 * Return: LKRG_STEP_BUSY while somebody patches or frees, else LKRG_STEP_MORE or
 * LKRG_STEP_DONE.
 */
enum lkrg_step lkrg_execmem_step(struct lkrg_cursor *cursor)
{
	/* Without read-only memory code is writable. */
	return rodata_enabled && cursor->of_kernel ?
		lkrg_text_exclude_patches(walk_inventory, cursor) : LKRG_STEP_DONE;
}

/**
 * lkrg_execmem_show - Write what should not be mapped as it is
 * @m: where
 *
 * Context: task context, may sleep.
 */
void lkrg_execmem_show(struct seq_file *m)
{
	struct code *code;
	size_t i;

	guard(mutex)(&text_mutex);
	mutex_lock(&owned_mutex);
	for (code = first_from(0); code; code = next(code)) {
		if (is_authentic(code) && code->is.stage == TAGGED)
			lkrg_section_show(&code->is.section, m);
	}
	mutex_unlock(&owned_mutex);
	for (i = 0; i < nr_known; i++) {
		const struct lkrg_report report = describe(&known[i]);

		lkrg_report_show(m, &report);
	}
	lkrg_report_show_more(m, more_known);
}
