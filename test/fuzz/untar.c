/* untar.c - fuzzes the reader of archives of others: what it makes, and that it is made where it is
 * to be
 *
 * An input: two sizes of pieces, in bytes, the archive.
 */
#include "import/untar.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

enum { PIECES = 2, OPEN_DIRECTORIES = 16, SMALL = 1024 * 1024 };

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type, (void)place;
	return remove(path);
}

/* Each link that was made stays in its directory of include/, as far as its own text says. */
static void check_link(int directory, const char *name)
{
	char target[8192];
	ssize_t length = readlinkat(directory, name, target, sizeof(target) - 1);
	long depth = -1;

	REQUIRE(length > 0 && target[0] != '/');
	target[length] = '\0';
	for (const char *p = name; (p = strchr(p, '/')); p++)
		depth++; /* directories below the one at the top */
	for (char *part = strtok(target, "/"); part; part = strtok(NULL, "/")) {
		depth += strcmp(part, "..") ? strcmp(part, ".") != 0 : -1;
		REQUIRE(depth > 0);
	}
}

static void check_members(const struct entries *members, int directory)
{
	for (size_t i = 0; i < members->count; i++) {
		const char *name = members->items[i].fields.items[0];
		const char *keyword = members->items[i].keyword;
		struct stat status;

		REQUIRE(name[0] != '/' && !strstr(name, "../") && strcmp(name, ".."));
		REQUIRE(!fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW));
		if (!strcmp(keyword, "link")) {
			REQUIRE(S_ISLNK(status.st_mode));
			check_link(directory, name);
		} else {
			REQUIRE(strcmp(keyword, "file") ? S_ISDIR(status.st_mode)
							: S_ISREG(status.st_mode));
			REQUIRE(!(status.st_mode & 07022));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	char outside[] = "/tmp/untar.XXXXXX", *inside;
	uint8_t pieces[PIECES];
	struct untar untar;
	int directory, failed;

	for (int i = 0; i < PIECES; i++)
		pieces[i] = take_byte(&input);
	REQUIRE(mkdtemp(outside) && asprintf(&inside, "%s/in", outside) > 0);
	REQUIRE(!mkdir(inside, 0700));
	directory = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	REQUIRE(directory >= 0);
	untar_open(&untar, directory, "archive");
	failed = give_in_pieces(&untar.sink, input.at, (size_t)(input.end - input.at), pieces,
				PIECES);
	failed = untar_close(&untar, !failed) || failed;
	take_messages(failed);
	if (!failed)
		check_members(&untar.members, directory);
	close(directory);
	REQUIRE(!nftw(inside, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS));
	REQUIRE(!rmdir(outside)); /* nothing was made beside it */
	entries_free(&untar.members);
	free(inside);
	return 0;
}
