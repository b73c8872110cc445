// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Where reports go beside the kernel log
 *
 * Who silences the log, or fills it, has not silenced these: audit, for those who
 * keep records; a tracepoint, for those who watch; the measurement list of IMA,
 * for those who look from outside.  None of them depends on another one.
 */

#include <linux/atomic.h>
#include <linux/audit.h>
#include <linux/cleanup.h>
#include <linux/ima.h>
#include <linux/memory.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include <asm/sections.h>

#include <crypto/sha2.h>

#include "common.h"
#include "param.h"
#include "publish.h"
#include "report.h"

#define CREATE_TRACE_POINTS
#include <trace/events/lkrg.h>

/*
 * What others may have chosen is encoded if it has to be.  A full queue is waited for
 * if one may sleep, which would keep all the others waiting.
 */
static void audit(const struct lkrg_news *news)
{
	struct audit_buffer *ab;

	ab = audit_log_start(NULL, GFP_NOWAIT | __GFP_NOWARN, AUDIT_LKRG);
	if (!ab)
		return;
	audit_log_format(ab, "op=violation kind=%s", news->kind);
	if (*news->at)
		audit_log_format(ab, " at=%s", news->at);
	if (news->task) {
		audit_log_format(ab, " pid=%d tid=%d auid=%u ses=%u comm=",
				 news->task->tgid, news->task->pid,
				 news->task->auid, news->task->session);
		audit_log_untrustedstring(ab, news->task->comm);
	}
	if (news->cpu >= 0)
		audit_log_format(ab, " cpu=%d", news->cpu);
	audit_log_format(ab, " reaction=%s detail=", news->reaction);
	audit_log_untrustedstring(ab, news->line);
	audit_log_format(ab, " res=%d", !news->refused);
	audit_log_end(ab);
}

static void trace(const struct lkrg_news *news)
{
	static const struct lkrg_task_name nobody;
	const struct lkrg_task_name *task = news->task ?: &nobody;

	trace_violation(news->kind, news->reaction, news->at, task->pid, task->tgid,
			task->comm, news->cpu, news->line);
}

/**
 * lkrg_publish - Tell everybody who wants to know
 * @news: what
 *
 * Context: task context, may sleep; one at a time.
 */
void lkrg_publish(const struct lkrg_news *news)
{
	trace(news);
	audit(news);
	/* Anybody can make modules be blocked, and the list never ends. */
	if (!news->measured)
		return;
	ima_measure_critical_data(LKRG_NAME, news->kind, news->line,
				  strlen(news->line), false, NULL, 0);
}

/*
 * With a number, because what was measured before would not be measured again.  Returns an
 * error if IMA measures no critical data.
 */
static int measure_settings(void)
{
	static atomic_t number;
	char settings[LKRG_SETTINGS_SIZE + 16];
	int len = scnprintf(settings, sizeof(settings), "%d ",
			    atomic_inc_return(&number));

	lkrg_param_format(settings + len, sizeof(settings) - len);
	return ima_measure_critical_data(LKRG_NAME, "settings", settings,
					 strlen(settings), false, NULL, 0);
}

/* Returns the record of a setting that was changed, or NULL. */
static struct audit_buffer *start_set(const char *name)
{
	struct audit_buffer *ab;

	ab = audit_log_start(audit_context(), GFP_KERNEL, AUDIT_LKRG);
	if (ab)
		audit_log_format(ab, "op=set knob=%s", name);
	return ab;
}

static void end_set(struct audit_buffer *ab)
{
	audit_log_task_info(ab);
	audit_log_format(ab, " res=1");
	audit_log_end(ab);
}

/**
 * lkrg_publish_set - Tell who keeps records that a knob was set
 * @name: knob
 * @old: its value until now
 * @new: its value from now on
 *
 * Context: task context, may sleep.
 */
void lkrg_publish_set(const char *name, int old, int new)
{
	struct audit_buffer *ab = start_set(name);

	if (ab) {
		audit_log_format(ab, " old=%d new=%d", old, new);
		end_set(ab);
	}
	measure_settings();
}

/**
 * lkrg_publish_set_list - Tell who keeps records that a list was set
 * @name: its name
 * @list: what it is from now on
 *
 * Context: task context, may sleep.
 */
void lkrg_publish_set_list(const char *name, const char *list)
{
	struct audit_buffer *ab = start_set(name);

	if (ab) {
		audit_log_format(ab, " list=");
		audit_log_untrustedstring(ab, list);
		end_set(ab);
	}
	ima_measure_critical_data(LKRG_NAME, name, list, strlen(list), false, NULL, 0);
}

#ifdef CONFIG_IMA
static void hash_range(struct sha256_state *state, const char *start, const char *end)
{
	while (start < end) {
		size_t len = min_t(size_t, end - start, PAGE_SIZE);

		scoped_guard(mutex, &text_mutex)
			sha256_update(state, start, len);
		start += len;
		cond_resched();
	}
}
#endif

/**
 * lkrg_publish_baseline - Measure the settings and what passes compare with, once
 *
 * It differs from boot to boot, because addresses do: who attests looks whether it
 * is followed by a violation.  While IMA measures no critical data it is not computed.
 *
 * Context: task context, may sleep: kernel_init(), when the kernel is read-only, or
 * after a pass that has found nothing.
 */
void lkrg_publish_baseline(void)
{
#ifdef CONFIG_IMA
	u8 digest[SHA256_DIGEST_SIZE];
	struct sha256_state state;
	static bool done;

	if (done || measure_settings())
		return;
	done = true;
	sha256_init(&state);
	hash_range(&state, _stext, _etext);
	hash_range(&state, __start_rodata, __end_rodata);
	sha256_final(&state, digest);
	ima_measure_critical_data(LKRG_NAME, "baseline", digest, sizeof(digest), false,
				  NULL, 0);
#endif
}
