/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Variables that decide
 */

#ifndef _SECURITY_LKRG_VARIABLE_H
#define _SECURITY_LKRG_VARIABLE_H

#include <linux/init.h>
#include <linux/lkrg_variable.h>
#include <linux/types.h>

#include "scan.h"

/* The table of all that is guarded, made by the linker */
extern const struct lkrg_variable __start_lkrg_variables[];
extern const struct lkrg_variable __stop_lkrg_variables[];

int __init lkrg_variable_init(void);
void lkrg_variable_baseline(void);
bool lkrg_is_root(void);
bool lkrg_helpers_are_intact(void);
bool lkrg_switches_are_intact(void);
bool lkrg_is_variable(const void *data);
const char *lkrg_variable_copy(const void *data, char *buffer, size_t size);
void lkrg_variable_read(const char *name, char *buffer, size_t size);
u64 lkrg_variable_number(const char *name);
enum lkrg_step lkrg_variable_step(struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_VARIABLE_H */
