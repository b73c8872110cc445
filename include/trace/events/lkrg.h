/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lkrg

#if !defined(_TRACE_LKRG_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_LKRG_H

#include <linux/sched.h>
#include <linux/tracepoint.h>

/**
 * violation - Something is not what is on record
 * @kind: name of the kind, as in lkrg/stats
 * @reaction: what was done: log, refuse, kill or restore
 * @at: where a task was verified, or empty
 * @pid: thread that it is about, or 0
 * @tgid: process that it is about, or 0
 * @comm: name of the thread, or empty
 * @cpu: CPU that it is about, or -1
 * @detail: the line of the kernel log
 */
TRACE_EVENT(violation,
	    TP_PROTO(const char *kind, const char *reaction, const char *at,
		     pid_t pid, pid_t tgid, const char *comm, int cpu,
		     const char *detail),
	    TP_ARGS(kind, reaction, at, pid, tgid, comm, cpu, detail),
	    TP_STRUCT__entry(__string(kind, kind)
			     __string(reaction, reaction)
			     __string(at, at)
			     __field(pid_t, pid)
			     __field(pid_t, tgid)
			     __array(char, comm, TASK_COMM_LEN)
			     __field(int, cpu)
			     __string(detail, detail)),
	    TP_fast_assign(__assign_str(kind);
			   __assign_str(reaction);
			   __assign_str(at);
			   __entry->pid = pid;
			   __entry->tgid = tgid;
			   strscpy_pad(__entry->comm, comm, TASK_COMM_LEN);
			   __entry->cpu = cpu;
			   __assign_str(detail);),
	    TP_printk("kind=%s reaction=%s at=%s pid=%d tgid=%d cpu=%d: %s",
		      __get_str(kind), __get_str(reaction), __get_str(at),
		      __entry->pid, __entry->tgid, __entry->cpu,
		      __get_str(detail))
);

#endif /* _TRACE_LKRG_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
