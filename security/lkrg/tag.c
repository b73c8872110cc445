// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Keyed tags and unkeyed location sums
 *
 * Everything here is pure: no lock, no allocation, no print, any context.
 */

#include <linux/array_size.h>
#include <linux/cache.h>
#include <linux/math.h>
#include <linux/random.h>
#include <linux/string.h>

#include "tag.h"

u64 lkrg_page_key[2 * LKRG_PAGE_PAIRS] __ro_after_init;
u64 lkrg_record_key[2 * LKRG_RECORD_PAIRS] __ro_after_init;

/* The Mersenne prime 2^61 - 1: reduction is a shift, a mask and an add. */
#define FOLD_PRIME ((1ULL << 61) - 1)

static u64 fold_key[sizeof(u128) / sizeof(u32)] __ro_after_init;

/* What the tag of a page owes to all blocks from one on, if there are zeros in them */
u128 lkrg_zero_blocks[LKRG_PAGE_BLOCKS + 1] __ro_after_init;

/**
 * lkrg_tag_init - Make the secrets of this boot
 *
 * Context: LSM initialisation, before the first record is sealed.
 */
void __init lkrg_tag_init(void)
{
	u128 zeros = 0;
	size_t i;

	get_random_bytes(lkrg_page_key, sizeof(lkrg_page_key));
	get_random_bytes(lkrg_record_key, sizeof(lkrg_record_key));
	for (i = 0; i < ARRAY_SIZE(fold_key); i++) {
		do
			fold_key[i] = get_random_u64() & FOLD_PRIME;
		while (fold_key[i] == FOLD_PRIME);
	}
	for (i = LKRG_PAGE_PAIRS; i--;) {
		zeros += lkrg_page_words(i, 0, 0);
		lkrg_zero_blocks[i / LKRG_BLOCK_PAIRS] = zeros;
	}
}

#define LINE_WORDS 16

static __always_inline bool is_zero(const u64 *line)
{
	u64 bits = 0;
	size_t i;

#pragma GCC unroll 16
	for (i = 0; i < LINE_WORDS; i++)
		bits |= line[i];
	return !bits;
}

/* Of modules the last page of a section is hardly ever full. */
static size_t blocks_used(const u64 *w)
{
	size_t end = 2 * LKRG_PAGE_PAIRS;

	while (end && is_zero(w + end - LINE_WORDS))
		end -= LINE_WORDS;
	return DIV_ROUND_UP(end, 2 * LKRG_BLOCK_PAIRS);
}

/**
 * lkrg_page_tag - Tag of a page
 * @page: its address, to which the tag is bound: without that, what is equal in
 *	two pages could be exchanged between them
 * @frame: which page frame should be there: another one with the same in it could
 *	be changed somewhere else
 *
 * Return: the tag.
 */
u128 lkrg_page_tag(const void *page, unsigned long frame)
{
	const u64 *w = page;
	const size_t blocks = blocks_used(w);
	u128 sum = lkrg_record_head(page, frame) + lkrg_zero_blocks[blocks];
	size_t i;

#pragma GCC unroll 16
	for (i = 0; i < blocks * LKRG_BLOCK_PAIRS; i++)
		sum += lkrg_page_words(i, w[2 * i], w[2 * i + 1]);
	return sum;
}

/**
 * lkrg_page_frame - In which page frame is the page of a tag?
 * @tag: the tag
 * @page: its address, as of lkrg_page_tag()
 * @change: the words that were others, by rising index
 * @changes: how many
 *
 * What a tag owes to address and frame is a product, of which the address gives one
 * factor; all the rest it owes to the words.  So this also says whether the tag is
 * that of these words.
 *
 * Return: the frame, or LKRG_NO_FRAME if it is not.
 */
unsigned long lkrg_page_frame(u128 tag, const void *page,
			      const struct lkrg_change *change, int changes)
{
	const u64 factor = lkrg_record_key[0] + (uintptr_t)page;
	const u64 *w = page;
	u64 quotient = 0;
	int bit, j = 0;
	size_t i;

	for (i = 0; i < LKRG_PAGE_PAIRS; i++) {
		u64 pair[] = { w[2 * i], w[2 * i + 1] };
		u32 *words = (u32 *)pair;

		for (; j < changes && change[j].index * sizeof(u32) / LKRG_PAIR == i; j++)
			words[change[j].index % (LKRG_PAIR / sizeof(u32))] =
				change[j].expected;
		tag -= lkrg_page_words(i, pair[0], pair[1]);
	}
	/* Not every machine can divide such numbers. */
	for (bit = 63; bit >= 0; bit--) {
		if (tag < (u128)factor << bit)
			continue;
		tag -= (u128)factor << bit;
		quotient |= 1ULL << bit;
	}
	return tag ? LKRG_NO_FRAME : quotient - lkrg_record_key[1];
}

/**
 * lkrg_record_fold - A shorter tag
 * @sum: from lkrg_record_head() and _span()
 *
 * By another universal hash, a linear form of 32-bit words modulo 2^61 - 1.
 *
 * Return: a number below 2^61 - 1.
 */
u64 lkrg_record_fold(u128 sum)
{
	u128 folded = 0;
	size_t i;
	u64 r;

	for (i = 0; i < ARRAY_SIZE(fold_key); i++, sum >>= 32)
		folded += (u128)fold_key[i] * (u32)sum;
	r = ((u64)folded & FOLD_PRIME) + (u64)(folded >> 61);
	r = (r & FOLD_PRIME) + (r >> 61);
	return r >= FOLD_PRIME ? r - FOLD_PRIME : r;
}

/* === Location sums ====================================================== */

#define P LKRG_SUM_PRIME

static u64 reduce(u128 x)
{
	u64 r;

	while (x >> 64)
		x = (x & ((1ULL << LKRG_SUM_BITS) - 1)) +
		    LKRG_SUM_EXCESS * (x >> LKRG_SUM_BITS);
	r = lkrg_sum_fold(lkrg_sum_fold(x));
	return r >= P ? r - P : r;
}

static u64 add(u64 a, u64 b)
{
	u64 r = a + b;

	return r >= P ? r - P : r;
}

static u64 sub(u64 a, u64 b)
{
	return a >= b ? a - b : a + P - b;
}

static u64 mul(u64 a, u64 b)
{
	return reduce((u128)a * b);
}

/* By Fermat: a^(p-2).  Only a report pays for it. */
static u64 inverse(u64 a)
{
	u64 e = P - 2, r = 1;

	for (; e; e >>= 1) {
		if (e & 1)
			r = mul(r, a);
		a = mul(a, a);
	}
	return r;
}

/*
 * (i + 1)^r is the sum over k of powers[r][k] times the binomial coefficient (i + k
 * over k): with S(r, k) the Stirling numbers of the second kind, it is
 * (-1)^(r - k) k! S(r, k).
 */
static const s16 powers[LKRG_SUMS][LKRG_SUMS] = {
	{ 1 },
	{ 0, 1 },
	{ 0, -1, 2 },
	{ 0, 1, -6, 6 },
	{ 0, -1, 14, -36, 24 },
	{ 0, 1, -30, 150, -240, 120 },
	{ 0, -1, 62, -540, 1560, -1800, 720 },
	{ 0, 1, -126, 1806, -8400, 16800, -15120, 5040 },
};

static void take_powers(struct lkrg_page *page, const u128 nested[LKRG_SUMS])
{
	u64 reduced[LKRG_SUMS];
	int r, k;

	for (r = 0; r < LKRG_LOW_SUMS; r++) {
		page->low[r] = 0;
		for (k = 0; k <= r; k++)
			page->low[r] += powers[r][k] * nested[k];
	}
	for (k = 0; k < LKRG_SUMS; k++)
		reduced[k] = reduce(nested[k]);
	for (; r < LKRG_SUMS; r++) {
		/* Not negative: a power is less than 2^15, and there are eight. */
		u64 sum = P << 19;

		for (k = 0; k <= r; k++)
			sum += powers[r][k] * reduced[k];
		lkrg_set_high_sum(page, r - LKRG_LOW_SUMS, lkrg_sum_fold(sum));
	}
}

/**
 * lkrg_sums_take - Location sums of a page
 * @page: result
 * @words: the page
 *
 * Sums of sums from the last word to the first, in which words have binomial
 * coefficients, need no multiplication.  Three of them fit in 64 bits, too.
 */
void lkrg_sums_take(struct lkrg_page *page, const u32 *words)
{
	u128 s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
	u64 s0 = 0, s1 = 0, s2 = 0;
	size_t i = LKRG_PAGE_WORDS;

	while (i--) {
		s0 += words[i];
		s1 += s0;
		s2 += s1;
		s3 += s2;
		s4 += s3;
		s5 += s4;
		s6 += s5;
		s7 += s6;
	}
	take_powers(page, (u128[]){ s0, s1, s2, s3, s4, s5, s6, s7 });
}

/**
 * lkrg_sums_settle - Move location sums of a page by what was declared
 * @page: the sums
 * @moves: by how much, nothing afterwards
 */
void lkrg_sums_settle(struct lkrg_page *page, struct lkrg_moves *moves)
{
	int r;

	for (r = 0; r < LKRG_LOW_SUMS; r++)
		page->low[r] += moves->sum[r];
	for (; r < LKRG_SUMS; r++)
		lkrg_set_high_sum(page, r - LKRG_LOW_SUMS, moves->sum[r] +
				  lkrg_high_sum(page, r - LKRG_LOW_SUMS));
	*moves = (struct lkrg_moves){ };
}

/* The integer @after - @before, which fits into 64 bits with its sign, mod p. */
static u64 difference(u64 after, u64 before)
{
	s64 d = after - before;

	return d < 0 ? sub(0, reduce(-(u64)d)) : reduce(d);
}

/*
 * Berlekamp-Massey: the shortest recurrence s[n] = -sum c[i] * s[n - i] that
 * makes the sums.  With changed words at x_1..x_l its polynomial is
 * prod (1 - x_i z), c[0] = 1, of degree l, which is returned.
 */
static int shortest_recurrence(const u64 s[LKRG_SUMS], u64 c[LKRG_SUMS + 1])
{
	u64 b[LKRG_SUMS + 1] = { 1 }, t[LKRG_SUMS + 1];
	u64 last = 1;
	int degree = 0, shift = 1, n, i;

	memset(c, 0, (LKRG_SUMS + 1) * sizeof(*c));
	c[0] = 1;
	for (n = 0; n < LKRG_SUMS; n++) {
		u64 d = s[n], f;

		for (i = 1; i <= degree; i++)
			d = add(d, mul(c[i], s[n - i]));
		if (!d) {
			shift++;
			continue;
		}
		memcpy(t, c, sizeof(t));
		f = mul(d, inverse(last));
		for (i = 0; i + shift <= LKRG_SUMS; i++)
			c[i + shift] = sub(c[i + shift], mul(f, b[i]));
		if (2 * degree > n) {
			shift++;
			continue;
		}
		degree = n + 1 - degree;
		memcpy(b, t, sizeof(b));
		last = d;
		shift = 1;
	}
	return degree;
}

/*
 * Solve sum x[j]^r * delta[j] = s[r], r < n, for delta by elimination.  The x
 * are distinct, so each pivot after the first r steps is a product of
 * differences of them and not zero.
 */
static void solve_deltas(const u64 s[LKRG_SUMS], const u64 *x, int n, u64 *delta)
{
	u64 a[LKRG_LOCATE_MAX][LKRG_LOCATE_MAX + 1];
	int r, c, k;

	for (c = 0; c < n; c++) {
		u64 power = 1;

		for (r = 0; r < n; r++) {
			a[r][c] = power;
			power = mul(power, x[c]);
		}
	}
	for (r = 0; r < n; r++)
		a[r][n] = s[r];

	for (k = 0; k < n; k++) {
		u64 inv = inverse(a[k][k]);

		for (c = k; c <= n; c++)
			a[k][c] = mul(a[k][c], inv);
		for (r = 0; r < n; r++) {
			u64 f = a[r][k];

			if (r == k)
				continue;
			for (c = k; c <= n; c++)
				a[r][c] = sub(a[r][c], mul(f, a[k][c]));
		}
	}
	for (r = 0; r < n; r++)
		delta[r] = a[r][n];
}

/**
 * lkrg_locate - Find which words of a page differ from its location sums
 * @expected: the sums that the page should have
 * @words: the page as it is
 * @change: the changed words, by rising index
 *
 * Return: the number of changed words, 0 if the sums agree, or -1 if more than
 * LKRG_LOCATE_MAX words changed.
 */
int lkrg_locate(const struct lkrg_page *expected, const u32 *words,
		struct lkrg_change change[LKRG_LOCATE_MAX])
{
	u64 diff[LKRG_SUMS], c[LKRG_SUMS + 1];
	u64 x[LKRG_LOCATE_MAX], delta[LKRG_LOCATE_MAX];
	int degree, found = 0, r, j;
	struct lkrg_page page;
	size_t i;

	lkrg_sums_take(&page, words);
	for (r = 0; r < LKRG_LOW_SUMS; r++)
		diff[r] = difference(page.low[r], expected->low[r]);
	for (; r < LKRG_SUMS; r++)
		diff[r] = sub(lkrg_high_sum(&page, r - LKRG_LOW_SUMS),
			      lkrg_high_sum(expected, r - LKRG_LOW_SUMS));

	degree = shortest_recurrence(diff, c);
	if (degree > LKRG_LOCATE_MAX)
		return -1;

	/* The positions are the roots of the reversed polynomial. */
	for (i = 0; i < LKRG_PAGE_WORDS && found < degree; i++) {
		u64 v = 1;

		for (j = 1; j <= degree; j++)
			v = add(mul(v, i + 1), c[j]);
		if (!v)
			x[found++] = i + 1;
	}
	if (found < degree)
		return -1;

	solve_deltas(diff, x, degree, delta);
	for (j = 0; j < degree; j++) {
		u32 index = x[j] - 1;
		u64 old = sub(words[index], delta[j]);

		/* More than LKRG_LOCATE_MAX changes can imitate fewer. */
		if (old > U32_MAX)
			return -1;
		change[j] = (struct lkrg_change){
			.index = index,
			.expected = old,
			.found = words[index],
		};
	}
	return degree;
}
