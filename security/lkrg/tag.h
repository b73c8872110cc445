/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Keyed tags and unkeyed location sums
 *
 * Tags are sums of products, one for each two 64-bit words: NH, the universal hash
 * of UMAC (RFC 4418), with a key vector made at boot.  What differs has the same
 * tag with a probability of 2^-64 over the keys.  A declared change exchanges the
 * products of the pairs that it changes, whatever the others are: it costs
 * O(bytes), and what did not match its tag before does not match it afterwards,
 * through any number of declared changes.
 *
 * A tag says that something differs.  Where, and what was there before, comes
 * from location sums: the power sums S_r = sum (i + 1)^r * w[i] for r < 2t
 * locate up to t changed words.  The small ones are kept as integers, because a
 * poke must be cheap, the others modulo a prime, because memory is not.
 *
 * It is sound against who writes memory without knowing the keys.  Who reads kernel
 * memory at will can read the keys as well.
 */

#ifndef _SECURITY_LKRG_TAG_H
#define _SECURITY_LKRG_TAG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/limits.h>
#include <linux/types.h>

#include <asm/page.h>

/* Location sums are over words of 32 bits. */
#define LKRG_PAGE_WORDS (PAGE_SIZE / sizeof(u32))

/* How many changed words the location sums of a page can find. */
#define LKRG_LOCATE_MAX 4
#define LKRG_SUMS (2 * LKRG_LOCATE_MAX)

#define LKRG_LOW_SUMS 3
#define LKRG_HIGH_SUMS (LKRG_SUMS - LKRG_LOW_SUMS)

/* No location sum of 1024 words for r = 0 has this value. */
#define LKRG_NOT_LOCATED U64_MAX

/*
 * The largest prime below 2^40.  More than 2^33, so that it tells all differences of
 * words of 32 bits; the rest of it tells those that no word can have.
 */
#define LKRG_SUM_BITS 40
#define LKRG_SUM_EXCESS 87
#define LKRG_SUM_PRIME ((1ULL << LKRG_SUM_BITS) - LKRG_SUM_EXCESS)

/**
 * struct lkrg_page - What a page should be
 * @tag: keyed tag over the address of the page, its frame and what is there
 * @low: location sums for r < 3: 1024 words of 32 bits times 2^20 fit in 64 bits;
 *	the first one is LKRG_NOT_LOCATED when there are no sums yet
 * @middle: the lower 32 bits of those for r from 3 to 7
 * @top: the upper 8 bits of them
 * @state: what was found and reported, LKRG_AS_IT_SHOULD_BE if nothing
 *
 * The sums say where and what, never whether.
 */
struct lkrg_page {
	u128 tag;
	u64 low[LKRG_LOW_SUMS];
	u32 middle[LKRG_HIGH_SUMS];
	u32 state;
	u8 top[LKRG_HIGH_SUMS];
} __packed __aligned(8);

/* Less than 2 per cent of a page */
static_assert(sizeof(struct lkrg_page) == 72);

#define LKRG_AS_IT_SHOULD_BE 0

/**
 * struct lkrg_change - One changed word
 * @index: position, in words
 * @expected: what the location sums say was there
 * @found: what is there
 */
struct lkrg_change {
	u32 index;
	u32 expected;
	u32 found;
};

/* What lkrg_page_frame() says of a tag that is that of other words. */
#define LKRG_NO_FRAME ULONG_MAX

/* Congruent to @x, and closer to the prime: 2^40 is as much as 87. */
static __always_inline u64 lkrg_sum_fold(u64 x)
{
	return (x & ((1ULL << LKRG_SUM_BITS) - 1)) +
	       LKRG_SUM_EXCESS * (x >> LKRG_SUM_BITS);
}

static __always_inline u64 lkrg_high_sum(const struct lkrg_page *page, size_t i)
{
	return (u64)page->top[i] << 32 | page->middle[i];
}

/* @sum is less than 2^63 + 2^41: folded, it is less than twice the prime. */
static __always_inline void lkrg_set_high_sum(struct lkrg_page *page, size_t i, u64 sum)
{
	sum = lkrg_sum_fold(sum);
	if (sum >= LKRG_SUM_PRIME)
		sum -= LKRG_SUM_PRIME;
	page->middle[i] = sum;
	page->top[i] = sum >> 32;
}

/**
 * struct lkrg_moves - By how much location sums of a page are to be moved
 * @sum: those for r < 3 are exact, with carries, the others congruent
 */
struct lkrg_moves {
	u64 sum[LKRG_SUMS];
};

/* Each adds less than 2^51 to any of the sums that do not wrap. */
#define LKRG_MOVES_MAX 4096

/**
 * lkrg_sums_move - Add one declared change of a word
 * @moves: what it is added to, with less than LKRG_MOVES_MAX of them in it
 * @index: which word
 * @delta: its value after, less its value before
 *
 * Two's complement: differences may be negative.  So are sums, while somebody
 * has lowered a word that is poked.
 */
static __always_inline void lkrg_sums_move(struct lkrg_moves *moves, u32 index,
					   s64 delta)
{
	s64 x = index + 1, x2 = x * x;
	/* Not negative: the product is less than 2^62 either way. */
	u64 term = lkrg_sum_fold(delta * x2 * x + (LKRG_SUM_PRIME << 23));
	size_t r;

	moves->sum[0] += delta;
	moves->sum[1] += delta * x;
	moves->sum[2] += delta * x2;
	/* Folded, one is less than 2^41, and x is at most 2^10. */
	moves->sum[3] += term;
#pragma GCC unroll 2
	for (r = 4; r < LKRG_SUMS; r += 2) {
		term *= x;
		moves->sum[r] += term;
		term = lkrg_sum_fold(term * x);
		moves->sum[r + 1] += term;
	}
}

/* Tags are over pairs of 64-bit words; this is the longest record and one. */
#define LKRG_PAIR (2 * sizeof(u64))
#define LKRG_RECORD_PAIRS 21
#define LKRG_PAGE_PAIRS (PAGE_SIZE / LKRG_PAIR)

/* Those at the end of a page in which there are only zeros need no products. */
#define LKRG_BLOCK_PAIRS 16
#define LKRG_PAGE_BLOCKS (LKRG_PAGE_PAIRS / LKRG_BLOCK_PAIRS)

extern u64 lkrg_page_key[2 * LKRG_PAGE_PAIRS];
extern u128 lkrg_zero_blocks[LKRG_PAGE_BLOCKS + 1];

/**
 * lkrg_page_words - What the tag of a page owes to one pair of words
 * @index: which pair it is, less than LKRG_PAGE_PAIRS
 * @low: the first word
 * @high: the second word
 *
 * Return: its product.
 */
static __always_inline u128 lkrg_page_words(size_t index, u64 low, u64 high)
{
	const u64 *k = lkrg_page_key + 2 * index;

	return (u128)(k[0] + low) * (k[1] + high);
}

/**
 * struct lkrg_record_tag - Tag of a record
 * @low: lower half
 * @high: upper half
 */
struct lkrg_record_tag {
	u64 low;
	u64 high;
};

static inline bool lkrg_same_tag(struct lkrg_record_tag a,
				 struct lkrg_record_tag b)
{
	return !((a.low ^ b.low) | (a.high ^ b.high));
}

extern u64 lkrg_record_key[2 * LKRG_RECORD_PAIRS];

/**
 * lkrg_record_words - What a tag owes to one pair of words
 * @index: which pair it is, less than LKRG_RECORD_PAIRS - 1
 * @low: the first word
 * @high: the second word
 *
 * Return: its product.
 */
static __always_inline u128 lkrg_record_words(size_t index, u64 low, u64 high)
{
	const u64 *k = lkrg_record_key + 2 + 2 * index;

	return (u128)(k[0] + low) * (k[1] + high);
}

/**
 * lkrg_record_pair - What a tag owes to one pair of a record
 * @pair: the pair, 8-byte aligned
 * @index: which one it is
 *
 * Return: its product.
 */
static __always_inline u128 lkrg_record_pair(const void *pair, size_t index)
{
	const u64 *w = pair;

	return lkrg_record_words(index, w[0], w[1]);
}

/* Two 32-bit members as they are in memory */
#define LKRG_HALVES(low, high) ((u64)(u32)(low) | (u64)(u32)(high) << 32)

/**
 * lkrg_record_span - What a tag owes to some pairs of a record
 * @pairs: the record, 8-byte aligned
 * @first: the first of the pairs
 * @count: how many, @first and @count being less than LKRG_RECORD_PAIRS
 *
 * The sum wraps at 2^128, as NH wants it.  Inline, because most records have a
 * constant length: without the loop it takes half of the instructions.  The rest
 * is short.
 *
 * Return: the sum of their products.
 */
static __always_inline u128 lkrg_record_span(const void *pairs, size_t first,
					     size_t count)
{
	u128 sum = 0;
	size_t i;

	if (__builtin_constant_p(first) && __builtin_constant_p(count)) {
#pragma GCC unroll 20
		for (i = first; i < first + count; i++)
			sum += lkrg_record_pair(pairs + i * LKRG_PAIR, i);
		return sum;
	}
#pragma GCC unroll 1
	for (i = first; i < first + count; i++)
		sum += lkrg_record_pair(pairs + i * LKRG_PAIR, i);
	return sum;
}

/**
 * lkrg_record_head - What a tag owes to what a record is about
 * @object: what the record is about
 * @version: serial number or version of the record
 *
 * Return: the product, to be added to lkrg_record_span().
 */
static __always_inline u128 lkrg_record_head(const void *object, u64 version)
{
	const u64 *k = lkrg_record_key;

	/* There are too few registers to keep keys from one sum to the next. */
	barrier();
	return (u128)(k[0] + (uintptr_t)object) * (k[1] + version);
}

static __always_inline struct lkrg_record_tag lkrg_record_close(u128 sum)
{
	return (struct lkrg_record_tag){ sum, sum >> 64 };
}

static __always_inline u128 lkrg_record_sum(struct lkrg_record_tag tag)
{
	return (u128)tag.high << 64 | tag.low;
}

/**
 * lkrg_record_tag - Tag of a record
 * @object: what the record is about
 * @version: serial number or version of the record
 * @pairs: 8-byte aligned memory
 * @count: length in pairs of 64-bit words, less than LKRG_RECORD_PAIRS
 *
 * Return: the tag.
 */
static __always_inline struct lkrg_record_tag
lkrg_record_tag(const void *object, u64 version, const void *pairs, size_t count)
{
	return lkrg_record_close(lkrg_record_head(object, version) +
				 lkrg_record_span(pairs, 0, count));
}

void __init lkrg_tag_init(void);

u64 lkrg_record_fold(u128 sum);
u128 lkrg_page_tag(const void *page, unsigned long frame);
unsigned long lkrg_page_frame(u128 tag, const void *page,
			      const struct lkrg_change *change, int changes);

void lkrg_sums_take(struct lkrg_page *page, const u32 *words);
void lkrg_sums_settle(struct lkrg_page *page, struct lkrg_moves *moves);
int lkrg_locate(const struct lkrg_page *expected, const u32 *words,
		struct lkrg_change change[LKRG_LOCATE_MAX]);

#endif /* _SECURITY_LKRG_TAG_H */
