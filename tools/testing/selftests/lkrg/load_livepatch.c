// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Load a livepatch that refers to what other modules keep to themselves
 *
 *   load_livepatch MODULE OBJECT
 *
 * Compiler and linker know no such references.  So the livepatch has them in its section
 * .klp.text, as if to weak symbols, and here they become what the kernel wants, see
 * Documentation/livepatch/module-elf-format.rst: it writes them when OBJECT is there.
 */

#include <err.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RELOCATIONS	".rela.klp.text"
#define SYMBOLS		".klp.sym."

/* Everything, and what a section is to be called from now on, at its end */
static char *image;
static size_t size;

static void read_all(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat file;

	if (fd < 0 || fstat(fd, &file))
		err(1, "%s", path);
	size = file.st_size;
	image = malloc(size);
	if (!image || read(fd, image, size) != (ssize_t)size)
		err(1, "%s", path);
	close(fd);
}

static struct elf64_shdr *section(unsigned int number)
{
	const struct elf64_hdr *header = (const void *)image;

	return (struct elf64_shdr *)(image + header->e_shoff) + number;
}

static const char *string(unsigned int table, size_t offset)
{
	return image + section(table)->sh_offset + offset;
}

/* The names of sections move to the end, where there is room for one more. */
static size_t add_name(const char *name)
{
	const unsigned int table = ((const struct elf64_hdr *)image)->e_shstrndx;
	const size_t before = section(table)->sh_size, more = strlen(name) + 1;

	image = realloc(image, size + before + more);
	if (!image)
		err(1, "memory");
	memcpy(image + size, string(table, 0), before);
	memcpy(image + size + before, name, more);
	section(table)->sh_offset = size;
	section(table)->sh_size = before + more;
	size += before + more;
	return before;
}

static bool mark_symbols(const struct elf64_shdr *table)
{
	struct elf64_sym *symbol = (struct elf64_sym *)(image + table->sh_offset);
	size_t i;
	bool any = false;

	for (i = 0; i < table->sh_size / sizeof(*symbol); i++, symbol++) {
		if (strncmp(string(table->sh_link, symbol->st_name), SYMBOLS,
			    strlen(SYMBOLS)))
			continue;
		symbol->st_shndx = SHN_LIVEPATCH;
		any = true;
	}
	return any;
}

int main(int argc, char **argv)
{
	const struct elf64_hdr *header;
	char name[128];
	unsigned int i;
	size_t at;

	if (argc != 3)
		errx(1, "usage: load_livepatch MODULE OBJECT");
	read_all(argv[1]);
	snprintf(name, sizeof(name), ".klp.rela.%s..klp.text", argv[2]);
	at = add_name(name);
	header = (const void *)image;
	for (i = 0; i < header->e_shnum; i++) {
		if (strcmp(string(header->e_shstrndx, section(i)->sh_name), RELOCATIONS))
			continue;
		section(i)->sh_name = at;
		section(i)->sh_flags |= SHF_ALLOC | SHF_RELA_LIVEPATCH;
		if (!mark_symbols(section(section(i)->sh_link)))
			errx(1, "no symbol of another module");
		if (syscall(SYS_init_module, image, size, ""))
			err(1, "%s", argv[1]);
		return 0;
	}
	errx(1, "no section " RELOCATIONS);
}
