/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Where reports go beside the kernel log
 */

#ifndef _SECURITY_LKRG_PUBLISH_H
#define _SECURITY_LKRG_PUBLISH_H

/**
 * struct lkrg_news - What is published of a report
 * @kind: name of the kind
 * @reaction: name of what was done
 * @at: where a task was verified, or empty
 * @task: whom it is about, or NULL
 * @cpu: which CPU it is about, or -1
 * @line: the line of the kernel log
 * @refused: an operation did not take place
 * @measured: by IMA as well
 */
struct lkrg_news {
	const char *kind;
	const char *reaction;
	const char *at;
	const struct lkrg_task_name *task;
	int cpu;
	const char *line;
	bool refused;
	bool measured;
};

void lkrg_publish(const struct lkrg_news *news);
void lkrg_publish_set(const char *name, int old, int new);
void lkrg_publish_set_list(const char *name, const char *list);
void lkrg_publish_baseline(void);

#endif /* _SECURITY_LKRG_PUBLISH_H */
