# SPDX-License-Identifier: GPL-2.0-only
#
# Judge the console of a guest: print a line for each thing that must not be
# there. The variable "expected" names a file with an extended regular
# expression on each line: every report of the guard must match one of them,
# and every one of them a report. With "panic" the guest was to panic.

function bad(what) {
	print what
}

BEGIN {
	while ((getline line < expected) > 0)
		want[nr_want++] = line

	# Sentences of the kernel, each with what follows it.
	trouble = "^((\\[ )?BUG: |Call Trace:|WARNING: |INFO: (task |trying |rcu)|rcu: INFO: |Oops: |UBSAN: |general protection fault" \
		"|stack segment|invalid opcode|refcount_t: |list_(add|del) corruption|watchdog: BUG|kernel BUG at " \
		"|ODEBUG: |CFI failure|traps: Missing ENDBR|DEBUG_LOCKS_WARN_ON)"

	# An address of the kernel
	address = "ffff"
	for (i = 0; i < 12; i++)
		address = address "[0-9a-f]"
}

{
	sub(/\r$/, "")
	sub(/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? ?/, "")
}

# KCSAN finds races in the whole kernel; those of the guard are ours, but not
# those of an interrupt that hit it.
/^BUG: KCSAN: / {
	race = $0
	in_race = 1
	interrupted = 0
	next
}
in_race && /^ *$/ { interrupted = 0 }
in_race && /^ (asm_)?(sysvec|exc)_/ { interrupted = 1 }
in_race && /^ .*lkrg/ && !interrupted {
	bad(race)
	in_race = 0
}
in_race && /^====/ { in_race = 0 }

/^Kernel panic - not syncing: / {
	if (!panic)
		bad($0)
	panicked = 1
}

# What a panic that was asked for brings along.
panic && panicked { next }

# Who tests what becomes of a failure is told of it, with a trace.
/^attack_victim: (vmalloc error|page allocation failure): / { failure = 1 }
/^Call Trace:/ && failure {
	failure = 0
	next
}

# The unwinder says so when an interrupt, where the guard does not unwind, comes in the
# last instructions of that function: with and without the guard.
/^WARNING: stack going in the wrong direction\? at return_to_handler\+0x/ { next }

$0 ~ trouble { bad($0) }
/^kmemleak: [0-9]+ new suspected/ { bad($0) }
/^LKRG: / && tolower($0) ~ address { bad("an address: " $0) }
/^LKRG: / && !/^LKRG: (ALIVE|STATE): / {
	known = 0
	for (i = 0; i < nr_want; i++)
		if ($0 ~ want[i]) {
			known = 1
			met[i] = 1
		}
	if (!known)
		bad("not expected: " $0)
}

END {
	for (i = 0; i < nr_want; i++)
		if (!met[i])
			bad("expected, but not there: " want[i])
}
