// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of tagged pages and of what pokes do to them
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/lkrg.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../image.h"

#define NR_PAGES 4
#define SIZE (NR_PAGES * PAGE_SIZE)

/* Longer than any poke of the kernel. */
#define LONGEST 40

/* In the middle of what was allocated, where modules and programs of BPF are as well. */
struct image {
	struct lkrg_section section;
	u8 *allocated;
	u8 *bytes;
};

static int image_init(struct kunit *test)
{
	struct image *image;

	if (!static_key_enabled(&lkrg_enabled))
		kunit_skip(test, "no key: lkrg is not listed in lsm=");
	image = kunit_kzalloc(test, sizeof(*image), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, image);
	test->priv = image;
	image->allocated = vmalloc(PAGE_SIZE + SIZE + PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, image->allocated);
	image->bytes = image->allocated + PAGE_SIZE;
	get_random_bytes(image->bytes, SIZE);
	KUNIT_ASSERT_EQ(test, 0, lkrg_section_init(&image->section, image->bytes,
						   image->bytes + SIZE));
	lkrg_section_take_all(&image->section);
	return 0;
}

static void image_exit(struct kunit *test)
{
	struct image *image = test->priv;

	if (!image)
		return;
	mutex_lock(&text_mutex);
	lkrg_section_forget(&image->section);
	mutex_unlock(&text_mutex);
	lkrg_section_free(&image->section);
	vfree(image->allocated);
}

/* How many pages differ from what is known of them. */
static int differences(struct image *image)
{
	unsigned long i;
	int nr = 0;

	for (i = 0; i < NR_PAGES; i++)
		nr += !lkrg_section_matches(&image->section, i);
	return nr;
}

static void declare(struct image *image, size_t offset, const u8 *new, size_t len)
{
	guard(mutex)(&text_mutex);
	lkrg_section_poke(&image->section, image->bytes + offset, new, len);
	memcpy(image->bytes + offset, new, len);
}

static void copy(struct image *image, size_t offset, const u8 *new, size_t len)
{
	guard(mutex)(&text_mutex);
	lkrg_section_copy(&image->section, image->bytes + offset, new, len);
	memcpy(image->bytes + offset, new, len);
}

static void the_baseline_matches(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, differences(test->priv));
}

/* Of any length, over the end of a page, one upon the other. */
static void declared_pokes_match(struct kunit *test)
{
	struct image *image = test->priv;
	u8 new[LONGEST];
	int i;

	for (i = 0; i < 20000; i++) {
		size_t len = get_random_u32_inclusive(1, LONGEST);

		get_random_bytes(new, len);
		declare(image, get_random_u32_inclusive(0, SIZE - len), new, len);
		if (get_random_u32_below(100))
			continue;
		KUNIT_ASSERT_EQ(test, 0, differences(image));
	}
	KUNIT_EXPECT_EQ(test, 0, differences(image));
}

/* As much as a program, with other pokes in between. */
static void copies_match(struct kunit *test)
{
	struct image *image = test->priv;
	u8 *new = kunit_kmalloc(test, SIZE, GFP_KERNEL);
	u8 insn[5];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, new);
	for (i = 0; i < 200; i++) {
		size_t len = get_random_u32_inclusive(1, SIZE);
		size_t offset = get_random_u32_inclusive(0, SIZE - len);

		get_random_bytes(new, len);
		copy(image, offset, new, len);
		get_random_bytes(insn, sizeof(insn));
		declare(image, get_random_u32_inclusive(0, SIZE - sizeof(insn)), insn,
			sizeof(insn));
		KUNIT_ASSERT_EQ(test, 0, differences(image));
	}
	/* What is copied over what differs does not make it right. */
	image->bytes[100] ^= 1;
	copy(image, 0, new, SIZE);
	KUNIT_EXPECT_EQ(test, 1, differences(image));
}

/* What they do to location sums shows when something else differs. */
static void what_differs_after_pokes_is_located(struct kunit *test)
{
	struct image *image = test->priv;
	struct lkrg_change change[LKRG_LOCATE_MAX];
	u8 new[LONGEST];
	u32 *word = (u32 *)image->bytes + 17, old;
	int i;

	lkrg_section_locate(&image->section, 0);
	for (i = 0; i < 2000; i++) {
		size_t len = get_random_u32_inclusive(1, LONGEST);

		get_random_bytes(new, len);
		declare(image, get_random_u32_inclusive(0, PAGE_SIZE - len), new,
			len);
	}
	KUNIT_EXPECT_EQ(test, 0, differences(image));
	old = *word;
	*word ^= 0x1000;
	KUNIT_EXPECT_EQ(test, 1, differences(image));
	mutex_lock(&text_mutex);
	lkrg_section_settle();
	mutex_unlock(&text_mutex);
	KUNIT_ASSERT_EQ(test, 1, lkrg_locate(&image->section.pages[0],
					     (u32 *)image->bytes, change));
	KUNIT_EXPECT_EQ(test, 17, change[0].index);
	KUNIT_EXPECT_EQ(test, old, change[0].expected);
	KUNIT_EXPECT_EQ(test, *word, change[0].found);
}

/* As text_poke_bp_batch() does it, from the start of a pair and over its end. */
static void neighbours_in_one_batch_match(struct kunit *test)
{
	struct image *image = test->priv;
	u8 new[8][5];
	size_t start, i;

	for (start = 0; start < 64; start++) {
		u8 *at = image->bytes + 3 * PAGE_SIZE / 2 + start;

		get_random_bytes(new, sizeof(new));
		mutex_lock(&text_mutex);
		for (i = 0; i < ARRAY_SIZE(new); i++) {
			lkrg_section_poke(&image->section, at + 5 * i, new[i], 5);
			at[5 * i] = 0xcc;
		}
		for (i = 0; i < ARRAY_SIZE(new); i++)
			memcpy(at + 5 * i, new[i], 5);
		mutex_unlock(&text_mutex);
		KUNIT_EXPECT_EQ(test, 0, differences(image));
	}
}

/* What is declared and not done is a difference as well. */
static void a_poke_that_does_not_come_differs(struct kunit *test)
{
	struct image *image = test->priv;
	u8 new = ~image->bytes[100];

	mutex_lock(&text_mutex);
	lkrg_section_poke(&image->section, image->bytes + 100, &new, 1);
	mutex_unlock(&text_mutex);
	KUNIT_EXPECT_EQ(test, 1, differences(image));
}

/* The last bytes of all, next to what is not described. */
static void pokes_up_to_the_end_match(struct kunit *test)
{
	struct image *image = test->priv;
	u8 new[8];
	size_t len;

	for (len = 1; len <= sizeof(new); len++) {
		get_random_bytes(new, len);
		declare(image, SIZE - len, new, len);
		KUNIT_EXPECT_EQ(test, 0, differences(image));
	}
}

/* Before, between and after pokes of the same bytes. */
static void a_flip_is_not_laundered(struct kunit *test)
{
	struct image *image = test->priv;
	u8 right[8], new[8];
	int when;

	for (when = 0; when < 5; when++) {
		size_t offset = PAGE_SIZE + 64 * when;
		u8 *flipped = image->bytes + offset + 3;

		memcpy(right, image->bytes + offset, sizeof(right));
		memset(new, 0xcc, sizeof(new));
		if (when == 0)
			*flipped ^= 1;
		declare(image, offset, new, sizeof(new));
		if (when == 1)
			*flipped ^= 1;
		get_random_bytes(new, sizeof(new));
		declare(image, offset, new, sizeof(new));
		if (when == 2)
			*flipped ^= 1;
		declare(image, offset, right, sizeof(right));
		if (when == 3)
			*flipped ^= 1;
		KUNIT_EXPECT_EQ_MSG(test, when < 4, differences(image),
				    "flipped at step %d", when);
		/* Start the next one with a page that matches. */
		lkrg_section_take(&image->section, 1);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_baseline_matches),
	KUNIT_CASE(declared_pokes_match),
	KUNIT_CASE(copies_match),
	KUNIT_CASE(what_differs_after_pokes_is_located),
	KUNIT_CASE(neighbours_in_one_batch_match),
	KUNIT_CASE(a_poke_that_does_not_come_differs),
	KUNIT_CASE(pokes_up_to_the_end_match),
	KUNIT_CASE(a_flip_is_not_laundered),
	{}
};

static struct kunit_suite suite = {
	.name = "lkrg_image",
	.init = image_init,
	.exit = image_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
