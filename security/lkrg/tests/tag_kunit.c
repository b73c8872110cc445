// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of tags and location sums
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/lkrg.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../tag.h"

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

static u128 sum_over_pairs(const u64 *page)
{
	u128 sum = lkrg_record_head(page, 0);
	size_t i;

	for (i = 0; i < LKRG_PAGE_PAIRS; i++)
		sum += lkrg_page_words(i, page[2 * i], page[2 * i + 1]);
	return sum;
}

static void page_tag_is_a_sum_over_pairs(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, sum_over_pairs(test->priv) ==
				lkrg_page_tag(test->priv, 0));
}

/* With more and more zeros at its end, until there is nothing else */
static void zeros_at_the_end_are_pairs_as_well(struct kunit *test)
{
	u64 *page = test->priv;
	size_t i;

	for (i = 2 * LKRG_PAGE_PAIRS; i--;) {
		/* So that this is the last word that is not zero */
		page[i] |= 1ULL << i % 64;
		KUNIT_EXPECT_TRUE(test, sum_over_pairs(page) == lkrg_page_tag(page, 0));
		page[i] = 0;
	}
	KUNIT_EXPECT_TRUE(test, sum_over_pairs(page) == lkrg_page_tag(page, 0));
}

static void page_tags_are_bound_to_the_page(struct kunit *test)
{
	u8 *copy = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, test->priv, PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, lkrg_page_tag(copy, 0) == lkrg_page_tag(test->priv, 0));
}

/* In whatever words, as long as it is known what they were. */
static void a_tag_tells_the_frame(struct kunit *test)
{
	const unsigned long frames[] = { 0, 1, 0x12345, max_pfn };
	struct lkrg_change change[LKRG_LOCATE_MAX];
	u32 *page = test->priv;
	size_t i;
	int j;

	for (i = 0; i < 4 * LKRG_PAGE_WORDS; i++) {
		unsigned long frame = frames[i % ARRAY_SIZE(frames)];
		int changes = i % (LKRG_LOCATE_MAX + 1);
		u128 tag = lkrg_page_tag(page, frame);

		for (j = 0; j < changes; j++) {
			/* Some in one pair, the last in the last. */
			u32 index = j == LKRG_LOCATE_MAX - 1 ? LKRG_PAGE_WORDS - 1 :
				    i / 4 / 8 * 4 + j;

			change[j] = (struct lkrg_change){
				.index = index, .expected = page[index]
			};
			page[index] ^= get_random_u32() | 1;
		}
		KUNIT_ASSERT_EQ(test, frame, lkrg_page_frame(tag, page, change, changes));
		if (changes)
			KUNIT_ASSERT_EQ(test, LKRG_NO_FRAME,
					lkrg_page_frame(tag, page, change, changes - 1));
	}
}

static void each_flipped_bit_differs(struct kunit *test)
{
	u32 *page = test->priv;
	u128 tag = lkrg_page_tag(page, 0);
	u32 bit;

	for (bit = 0; bit < PAGE_SIZE * 8; bit++) {
		page[bit / 32] ^= BIT(bit % 32);
		KUNIT_EXPECT_FALSE(test, tag == lkrg_page_tag(page, 0));
		page[bit / 32] ^= BIT(bit % 32);
	}
	KUNIT_EXPECT_TRUE(test, tag == lkrg_page_tag(page, 0));
}

/* Within a pair, and pairs. */
static void exchanged_words_differ(struct kunit *test)
{
	u64 *page = test->priv;
	u128 tag = lkrg_page_tag(page, 0);
	size_t i;

	for (i = 0; i + 3 < PAGE_SIZE / sizeof(u64); i++) {
		swap(page[i], page[i + 1]);
		KUNIT_EXPECT_FALSE(test, tag == lkrg_page_tag(page, 0));
		swap(page[i], page[i + 1]);
		swap(page[i], page[i + 2]);
		swap(page[i + 1], page[i + 3]);
		KUNIT_EXPECT_FALSE(test, tag == lkrg_page_tag(page, 0));
		swap(page[i], page[i + 2]);
		swap(page[i + 1], page[i + 3]);
	}
}

static void pokes_equal_new_sums(struct kunit *test)
{
	struct lkrg_page sums = { }, fresh = { };
	struct lkrg_moves moves = { };
	u32 *page = test->priv;
	int i;

	lkrg_sums_take(&sums, page);
	for (i = 0; i < 2 * LKRG_MOVES_MAX; i++) {
		u32 at = get_random_u32_below(LKRG_PAGE_WORDS);
		u32 new = get_random_u32();

		lkrg_sums_move(&moves, at, (s64)new - page[at]);
		page[at] = new;
		if ((i + 1) % LKRG_MOVES_MAX == 0)
			lkrg_sums_settle(&sums, &moves);
	}
	lkrg_sums_take(&fresh, page);
	KUNIT_EXPECT_MEMEQ(test, &sums, &fresh, sizeof(sums));
}

static void each_bit_is_folded(struct kunit *test)
{
	u128 sum = (u128)get_random_u64() << 64 | get_random_u64();
	u64 tag = lkrg_record_fold(sum);
	int bit;

	KUNIT_EXPECT_LT(test, lkrg_record_fold(~(u128)0), (1ULL << 61) - 1);
	for (bit = 0; bit < 128; bit++)
		KUNIT_EXPECT_NE(test, tag,
				lkrg_record_fold(sum ^ ((u128)1 << bit)));
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
		if (n && round >= 100 && round < 120 && at[n - 1] != LKRG_PAGE_WORDS - 1) {
			page[at[n - 1]] = old[n - 1];
			at[n - 1] = LKRG_PAGE_WORDS - 1;
			old[n - 1] = page[LKRG_PAGE_WORDS - 1];
			page[LKRG_PAGE_WORDS - 1] ^= 1;
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
	KUNIT_CASE(page_tag_is_a_sum_over_pairs),
	KUNIT_CASE(zeros_at_the_end_are_pairs_as_well),
	KUNIT_CASE(page_tags_are_bound_to_the_page),
	KUNIT_CASE(a_tag_tells_the_frame),
	KUNIT_CASE_SLOW(each_flipped_bit_differs),
	KUNIT_CASE(exchanged_words_differ),
	KUNIT_CASE(pokes_equal_new_sums),
	KUNIT_CASE(each_bit_is_folded),
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
