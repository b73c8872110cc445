# SPDX-License-Identifier: GPL-2.0-only
#
# The table of scripts/bench, from the budgets and the figures of the guests
# (files base.out, off.out and on.out; the first may be missing).
#
#	awk -v table=micro|macro -v data=FILE -f table.awk BUDGETS FILE...
#
# Writes the same to data for programs. Ends with status 1 if a budget is
# missed, 2 if an operation has no budget or no figure.

BEGIN {
	FS = OFS = "\t"
}

function bad(text)
{
	print "bench: " text >"/dev/stderr"
	failed = 2
	exit 2
}

# The budgets come first.
NR == FNR {
	if ($0 ~ /^#/ || NF == 0)
		next
	percent[$1, $2] = $3
	extra[$1, $2] = $4
	if ($1 == table && $2 != "mean")
		operation[++operations] = $2
	next
}

FNR == 1 {
	guest = FILENAME
	sub(/.*\//, "", guest)
	sub(/\.out$/, "", guest)
	has[guest] = 1
}

# There may be messages of the programs, too.
NF == 2 && $1 != "lsm" {
	if (!((table, $1) in percent))
		bad($1 " has no line in scripts/bench.d/budgets")
	figure[guest, $1] = $2
}

$1 == "pass" && NF == 3 {
	pass = $2
	words = $3
}

function grouped(n,    text, out)
{
	text = sprintf("%.0f", n)
	while (length(text) > 3) {
		out = "," substr(text, length(text) - 2) out
		text = substr(text, 1, length(text) - 3)
	}
	return text out
}

function signed(n)
{
	return (n < 0 ? "-" : "+") grouped(n < 0 ? -n : n)
}

function change(from, to)
{
	return (to / from - 1) * 100
}

function verdict(ok, name)
{
	if (ok)
		return "met"
	missed = missed (missed ? ", " : "") name
	return "MISSED"
}

function budget(key)
{
	return percent[key] " %" (extra[key] > 0 ? " or " extra[key] : "")
}

function row(name, base, unlisted, off, on, more, rise, allowed, met)
{
	if ("base" in has)
		printf "%-15s %13s %13s %8s %13s %12s %8s  %-10s  %s\n",
			name, base, off, unlisted, on, more, rise, allowed, met
	else
		printf "%-15s %15s %15s %13s %8s  %-10s  %s\n",
			name, off, on, more, rise, allowed, met
}

# unlisted: the means of the patched kernel without lkrg against the unpatched.
END {
	if (failed)
		exit failed
	row("operation", "unpatched", "change", "lkrg off", "lkrg on", "difference", "change", "budget", "")
	print "operation\tunpatched\toff\ton\tbudget_percent\tbudget_instructions\tverdict" >data
	for (i = 1; i <= operations; i++) {
		name = operation[i]
		for (guest in has)
			if (!((guest, name) in figure))
				bad("there is no figure of " name " in the guest '" guest "'")
		off = figure["off", name]
		on = figure["on", name]
		more = on - off
		rise = change(off, on)
		rises += log(on / off)
		key = table SUBSEP name
		met = verdict(rise <= percent[key] || more <= extra[key], name)
		base = unlisted = ""
		if ("base" in has) {
			base = figure["base", name]
			unlisted = sprintf("%+.2f %%", change(base, off))
			unlisteds += log(off / base)
			base = grouped(base)
		}
		row(name, base, unlisted, grouped(off), grouped(on), signed(more), sprintf("%+.2f %%", rise), budget(key), met)
		print name, figure["base", name], off, on, percent[key], extra[key], met >data
	}
	if ((table, "mean") in percent)
		mean("off", "on", rises, table)
	if ("base" in has)
		mean("base", "off", unlisteds, "unlisted")
	if (words)
		whole_pass()
	if (missed) {
		fflush()
		print "bench: over budget: " missed >"/dev/stderr"
		exit 1
	}
}

function mean(from, to, sum, which,    rise, name, key)
{
	name = which == "unlisted" ? "mean of unpatched to off" : "mean of off to on"
	key = which SUBSEP "mean"
	rise = (exp(sum / operations) - 1) * 100
	met = verdict(rise <= percent[key], name)
	printf "geometric %-27s %+.2f %%  budget %s  %s\n", name, rise, budget(key), met
	print name, "", "", rise, percent[key], "", met >data
}

function whole_pass(    word, met)
{
	word = pass / words
	met = verdict(word <= extra["pass", "word"], "pass")
	printf "a pass: %s instructions, %.1f for 64 bits, %.2f %% of 15 s  budget %s for 64 bits  %s\n",
		grouped(pass), word, pass / 15e9 * 100, extra["pass", "word"], met
	print "pass per 64 bits", "", "", word, "", extra["pass", "word"], met >data
}
