/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Knobs
 *
 * Included with LKRG_KNOB(name, min, max, initial, stricter) defined, each time for
 * something else.  With lkrg.lock=1 a knob may only become stricter: HIGHER or
 * LOWER; those that guard nothing may have EITHER value.
 *
 * The table in Documentation/admin-guide/LSM/lkrg.rst is held against this one by
 * a test.
 */

LKRG_KNOB(interval, 5, 1800, 15, LOWER)
LKRG_KNOB(kint_validate, 0, 3, 3, HIGHER)
LKRG_KNOB(kint_enforce, 0, 2, 2, HIGHER)
LKRG_KNOB(msr_validate, 0, 1, 1, HIGHER)
LKRG_KNOB(smep_validate, 0, 1, 1, HIGHER)
LKRG_KNOB(smep_enforce, 0, 2, 2, HIGHER)
LKRG_KNOB(smap_validate, 0, 1, 1, HIGHER)
LKRG_KNOB(smap_enforce, 0, 2, 2, HIGHER)
LKRG_KNOB(pint_validate, 0, 3, 1, HIGHER)
LKRG_KNOB(pint_enforce, 0, 2, 1, HIGHER)
LKRG_KNOB(pcfi_validate, 0, 2, 2, HIGHER)
LKRG_KNOB(pcfi_enforce, 0, 2, 1, HIGHER)
LKRG_KNOB(umh_validate, 0, 2, 1, HIGHER)
LKRG_KNOB(umh_enforce, 0, 2, 1, HIGHER)
LKRG_KNOB(block_modules, 0, 1, 0, HIGHER)
LKRG_KNOB(patch, 0, 2, 0, HIGHER)
LKRG_KNOB(log_level, 0, 6, 3, HIGHER)
LKRG_KNOB(heartbeat, 0, 1, 0, EITHER)
LKRG_KNOB(lock, 0, 1, 0, HIGHER)
