// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of tags and location sums
 */

#include <kunit/test.h>
#include <linux/lkrg.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../tag.h"

#define P ((1ULL << 61) - 1)

static int page_init(struct kunit *test)
{
	u32 *page;

	if (!static_key_enabled(&lkrg_enabled))
		kunit_skip(test, "no key: lkrg is not listed in lsm=");
	page = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	get_random_bytes(page, PAGE_SIZE);
	test->priv = page;
	return 0;
}

static void empty_range_has_tag_zero(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, lkrg_tag(test->priv, 0), 0);
}

static void tag_of_zeroes_is_zero(struct kunit *test)
{
	memset(test->priv, 0, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, lkrg_tag(test->priv, LKRG_TAG_WORDS), 0);
}

static void tag_is_reduced(struct kunit *test)
{
	memset(test->priv, 0xff, PAGE_SIZE);
	KUNIT_EXPECT_LT(test, lkrg_tag(test->priv, LKRG_TAG_WORDS), P);
}

/* T(w) with w[i] = 1 is the key: the sum over all words is linear in it. */
static void tag_is_linear(struct kunit *test)
{
	u32 *page = test->priv;
	u64 whole = lkrg_tag(page, LKRG_TAG_WORDS), sum = 0;
	u32 i;

	for (i = 0; i < LKRG_TAG_WORDS; i++)
		sum = lkrg_tag_poke(sum, i, page[i]);
	KUNIT_EXPECT_EQ(test, whole, lkrg_tag_reduce(sum));
}

/*
 * The collision that 64-bit words would have: w and w + n * p, for instance no
 * capabilities and all of them.
 */
static void multiples_of_the_modulus_differ(struct kunit *test)
{
	u64 *page = test->priv, tag, word;
	int at, n;

	for (at = 0; at < PAGE_SIZE / sizeof(u64); at++) {
		word = page[at] & P;
		page[at] = word;
		tag = lkrg_tag(page, LKRG_TAG_WORDS);
		for (n = 1; n <= 7; n++) {
			page[at] = word + n * P;
			KUNIT_EXPECT_NE(test, tag, lkrg_tag(page, LKRG_TAG_WORDS));
		}
		page[at] = word;
	}
}

static void pokes_equal_a_new_tag(struct kunit *test)
{
	struct lkrg_page sums = { }, fresh = { };
	u64 tag;
	u32 *page = test->priv;
	int i;

	tag = lkrg_tag(page, LKRG_TAG_WORDS);
	lkrg_sums_take(&sums, page);
	for (i = 0; i < 2000; i++) {
		u32 at = get_random_u32_below(LKRG_TAG_WORDS);
		u32 new = get_random_u32();

		tag = lkrg_tag_poke(tag, at, (s64)new - page[at]);
		lkrg_sums_poke(&sums, at, (s64)new - page[at]);
		page[at] = new;
	}
	lkrg_sums_take(&fresh, page);
	KUNIT_EXPECT_EQ(test, lkrg_tag_reduce(tag), lkrg_tag(page, LKRG_TAG_WORDS));
	KUNIT_EXPECT_MEMEQ(test, &sums, &fresh, sizeof(sums));
}

static void each_flipped_bit_differs(struct kunit *test)
{
	u32 *page = test->priv;
	u64 tag = lkrg_tag(page, LKRG_TAG_WORDS);
	u32 bit;

	for (bit = 0; bit < PAGE_SIZE * 8; bit++) {
		page[bit / 32] ^= BIT(bit % 32);
		KUNIT_EXPECT_NE(test, tag, lkrg_tag(page, LKRG_TAG_WORDS));
		page[bit / 32] ^= BIT(bit % 32);
	}
}

/* A declared poke over tampered bytes must not adopt them. */
static void a_poke_launders_nothing(struct kunit *test)
{
	u32 *page = test->priv, at = 17, honest = page[at];
	u64 tag = lkrg_tag(page, LKRG_TAG_WORDS);

	page[at] = honest ^ 0x100;
	tag = lkrg_tag_poke(tag, at, 0xccccccccLL - page[at]);
	page[at] = 0xcccccccc;
	KUNIT_EXPECT_NE(test, lkrg_tag_reduce(tag), lkrg_tag(page, LKRG_TAG_WORDS));
	tag = lkrg_tag_poke(tag, at, (s64)honest - page[at]);
	page[at] = honest;
	KUNIT_EXPECT_NE(test, lkrg_tag_reduce(tag), lkrg_tag(page, LKRG_TAG_WORDS));
}

static void masks_bind(struct kunit *test)
{
	u64 mask = lkrg_tag_mask(0x1000);

	KUNIT_EXPECT_LT(test, mask, P);
	KUNIT_EXPECT_EQ(test, mask, lkrg_tag_mask(0x1000));
	KUNIT_EXPECT_NE(test, mask, lkrg_tag_mask(0x2000));
}

/* Object, version, each bit of each word, and the length. */
static void record_tags_cover_everything(struct kunit *test)
{
	const void *object = test;
	u64 *words = test->priv;
	struct lkrg_record_tag tag = lkrg_record_tag(object, 1, words, 7);
	u32 bit;

	KUNIT_EXPECT_TRUE(test, lkrg_same_tag(tag, lkrg_record_tag(object, 1, words, 7)));
	KUNIT_EXPECT_FALSE(test, lkrg_same_tag(tag, lkrg_record_tag(words, 1, words, 7)));
	KUNIT_EXPECT_FALSE(test, lkrg_same_tag(tag, lkrg_record_tag(object, 2, words, 7)));
	KUNIT_EXPECT_FALSE(test, lkrg_same_tag(tag, lkrg_record_tag(object, 1, words, 6)));
	for (bit = 0; bit < 7 * LKRG_PAIR * 8; bit++) {
		words[bit / 64] ^= BIT_ULL(bit % 64);
		KUNIT_EXPECT_FALSE(test, lkrg_same_tag(tag, lkrg_record_tag(object, 1, words, 7)));
		words[bit / 64] ^= BIT_ULL(bit % 64);
	}
}

/* Words exchanged within a pair, and pairs exchanged. */
static void record_tags_cover_the_order(struct kunit *test)
{
	u64 *words = test->priv;
	struct lkrg_record_tag tag = lkrg_record_tag(test, 1, words, 7);

	swap(words[0], words[1]);
	KUNIT_EXPECT_FALSE(test, lkrg_same_tag(tag, lkrg_record_tag(test, 1, words, 7)));
	swap(words[0], words[1]);
	swap(words[0], words[2]);
	swap(words[1], words[3]);
	KUNIT_EXPECT_FALSE(test, lkrg_same_tag(tag, lkrg_record_tag(test, 1, words, 7)));
}

/* Changes at both ends, side by side and at random, of one to four words. */
static void changes_are_located(struct kunit *test)
{
	u32 *page = test->priv;
	int round;

	for (round = 0; round < 200; round++) {
		struct lkrg_change change[LKRG_LOCATE_MAX];
		struct lkrg_page sums;
		u32 at[LKRG_LOCATE_MAX], old[LKRG_LOCATE_MAX];
		int n = round % (LKRG_LOCATE_MAX + 1), i, found;
		u32 next = round < 20 ? 0 : get_random_u32_below(900);

		lkrg_sums_take(&sums, page);
		for (i = 0; i < n; i++) {
			at[i] = next;
			old[i] = page[next];
			page[next] += 1 + get_random_u32_below(U32_MAX - 1);
			next += round & 1 ? 1 : 1 + get_random_u32_below(20);
		}
		if (n && round >= 100 && round < 120 && at[n - 1] != LKRG_TAG_WORDS - 1) {
			page[at[n - 1]] = old[n - 1];
			at[n - 1] = LKRG_TAG_WORDS - 1;
			old[n - 1] = page[LKRG_TAG_WORDS - 1];
			page[LKRG_TAG_WORDS - 1] ^= 1;
		}
		found = lkrg_locate(&sums, page, change);
		KUNIT_ASSERT_EQ(test, found, n);
		for (i = 0; i < n; i++) {
			KUNIT_EXPECT_EQ(test, change[i].index, at[i]);
			KUNIT_EXPECT_EQ(test, change[i].expected, old[i]);
			KUNIT_EXPECT_EQ(test, change[i].found, page[at[i]]);
		}
	}
}

static void too_many_changes_are_admitted(struct kunit *test)
{
	struct lkrg_change change[LKRG_LOCATE_MAX];
	struct lkrg_page sums;
	u32 *page = test->priv;
	int n, i;

	for (n = LKRG_LOCATE_MAX + 1; n < 64; n++) {
		lkrg_sums_take(&sums, page);
		for (i = 0; i < n; i++)
			page[i * 3] ^= 1 + get_random_u32_below(U32_MAX);
		KUNIT_EXPECT_EQ(test, -1,
				lkrg_locate(&sums, page, change));
	}
}

static struct kunit_case tag_cases[] = {
	KUNIT_CASE(empty_range_has_tag_zero),
	KUNIT_CASE(tag_of_zeroes_is_zero),
	KUNIT_CASE(tag_is_reduced),
	KUNIT_CASE(tag_is_linear),
	KUNIT_CASE(multiples_of_the_modulus_differ),
	KUNIT_CASE(pokes_equal_a_new_tag),
	KUNIT_CASE_SLOW(each_flipped_bit_differs),
	KUNIT_CASE(a_poke_launders_nothing),
	KUNIT_CASE(masks_bind),
	KUNIT_CASE(record_tags_cover_everything),
	KUNIT_CASE(record_tags_cover_the_order),
	KUNIT_CASE(changes_are_located),
	KUNIT_CASE(too_many_changes_are_admitted),
	{ }
};

static struct kunit_suite tag_suite = {
	.name = "lkrg_tag",
	.init = page_init,
	.test_cases = tag_cases,
};

kunit_test_suite(tag_suite);
