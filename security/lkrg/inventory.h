/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - The inventory of tasks
 */

#ifndef _SECURITY_LKRG_INVENTORY_H
#define _SECURITY_LKRG_INVENTORY_H

#include "scan.h"
#include "task.h"

void lkrg_inventory_add(struct lkrg_task *record);
void lkrg_inventory_remove(struct lkrg_task *record);
enum lkrg_step lkrg_inventory_step(struct lkrg_cursor *cursor);

#endif /* _SECURITY_LKRG_INVENTORY_H */
