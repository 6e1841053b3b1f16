/* libraries.c - the shared libraries that a manifest's files are run with, and the glibc */
#include "libraries.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/report.h"
#include "elf/elf_dynamic.h"
#include "elf/elf_program.h"
#include "elf/glibc.h"
#include "elf/ldcache.h"
#include "elf/library_path.h"
#include "registry/file_index.h"
#include "registry/manifest.h"

#define PACKED "lib/"
#define INCLUDED "include/"

/* The most places to look at for one packed file: far more than any real program needs. */
enum { TRIES_MAX = 1000 * 1000 };

/* A program, or a library that it needs. */
struct object {
	char *path; /* its directory is $ORIGIN */
	dev_t device;
	ino_t inode;
	struct elf_dynamic elf;
	const struct object *loader; /* the first object that needed it; NULL for the program */
	struct strings names;	     /* the names that it was needed under */
	struct strings rpath;	     /* the directories of its DT_RPATH, unless that is ignored */
	struct strings directories;  /* to search, before the cache, for what it needs */
};

/* The objects that one packed file loads, itself first, in the loader's order. */
struct load_list {
	const struct entry *file; /* of the manifest */
	struct object **objects;
	size_t count, room;
	struct object glibc; /* the object that needs GLIBC_UNWINDER */
};

struct search {
	const char *source;
	const struct entries *manifest;
	struct libraries *found;
	struct strings wanted_by; /* the first object that needed found->files.items[i] */
	struct file_index given;  /* the manifest's files */
	struct entries offered; /* the included files, each under the name that a library is needed
				   under */
	struct file_index offers; /* of offered */
	bool offers_are_read;
	struct file_index reached; /* the files in lib/ that something needs */
	struct file_index added;   /* of found->files */
	struct strings unfit; /* files for other machines, found while searching for one library */
	struct library_defaults defaults;
	struct ldcache cache;
	bool cache_is_read;
	size_t tries; /* files that were tried for one packed file */
	bool failed;  /* something was not found, which was reported */
};

static void free_object(struct object *object)
{
	free(object->path);
	elf_free_dynamic(&object->elf);
	strings_free(&object->names);
	strings_free(&object->rpath);
	strings_free(&object->directories);
	free(object);
}

static void free_load_list(struct load_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free_object(list->objects[i]);
	free(list->objects);
	free(list->glibc.path);
	strings_free(&list->glibc.directories);
}

/* Adds a new object. Returns NULL with errno if there is no memory. */
static struct object *add_object(struct load_list *list, const struct object *loader)
{
	struct object *object;

	if (array_grow(&list->objects, list->count, &list->room, sizeof(object)))
		return NULL;
	object = calloc(1, sizeof(*object));
	if (!object)
		return NULL;
	object->loader = loader;
	list->objects[list->count++] = object;
	return object;
}

static void drop_last_object(struct load_list *list)
{
	free_object(list->objects[--list->count]);
}

static bool fits_here(const struct elf_dynamic *elf)
{
	return elf->machine == glibc_here.machine && elf->is_64 == glibc_here.is_64 &&
	       elf->is_big == glibc_here.is_big;
}

/* --- Which glibc ---------------------------------------------------------------------------- */

static bool is_library(const char *archive_name)
{
	return !strncmp(archive_name, PACKED, strlen(PACKED));
}

/* If several files need the same version, names one that --no-libs would not leave out. */
static int raise_glibc(struct libraries *libraries, const char *version, const char *archive_name)
{
	int newer = libraries->glibc ? glibc_compare_versions(version, libraries->glibc) : 1;
	char *version_copy, *file_copy;

	if (newer < 0 ||
	    (!newer && (!is_library(libraries->glibc_file) || is_library(archive_name))))
		return 0;
	version_copy = strdup(version);
	file_copy = strdup(archive_name);
	if (!version_copy || !file_copy) {
		free(version_copy);
		free(file_copy);
		return -1;
	}
	free(libraries->glibc);
	free(libraries->glibc_file);
	libraries->glibc = version_copy;
	libraries->glibc_file = file_copy;
	return 0;
}

static int add_versions(struct search *search, const struct object *object,
			const char *archive_name)
{
	const struct elf_dynamic *elf = &object->elf;

	for (size_t i = 0; i < elf->versions.count; i++) {
		const char *symbol = elf->versions.items[i], *file = elf->version_files.items[i];
		const char *version = glibc_version_of(symbol);

		if (!glibc_has_library(file))
			continue;
		if (!version && !strcmp(symbol, "GLIBC_PRIVATE"))
			report_warning("%s: uses private symbols of glibc (%s of %s): it may not "
				       "run with another version of glibc than this system's",
				       object->path, symbol, file);
		else if (!version)
			report_warning("%s: needs %s of %s: it is not known here which version of "
				       "glibc has that first",
				       object->path, symbol, file);
		else if (raise_glibc(search->found, version, archive_name))
			return report_errno("%s", object->path);
	}
	return 0;
}

/* --- Where a library is --------------------------------------------------------------------- */

/*
 * Sets the directories to search for what an object needs, in ld.so's order: its DT_RPATH and those
 * of the objects that loaded it, unless it has a DT_RUNPATH; LD_LIBRARY_PATH; its DT_RUNPATH. The
 * DT_RPATH of an object that has a DT_RUNPATH is always ignored.
 */
static int set_directories(const struct search *search, const struct object *program,
			   struct object *object)
{
	const char *library_path = getenv("LD_LIBRARY_PATH");
	const struct elf_dynamic *elf = &object->elf;
	struct strings *directories = &object->directories;

	if (!elf->runpath) {
		if (elf->rpath && library_path_add(&search->defaults, elf->rpath, ":", object->path,
						   &object->rpath))
			return -1;
		for (const struct object *o = object; o; o = o->loader)
			if (strings_add_all(directories, &o->rpath))
				return -1;
	}
	if (library_path &&
	    library_path_add(&search->defaults, library_path, ":;", program->path, directories))
		return -1;
	return elf->runpath ? library_path_add(&search->defaults, elf->runpath, ":", object->path,
					       directories)
			    : 0;
}

/*
 * Reads the library at path. Returns 1; 0 if there is none, or one for another kind of machine,
 * which the loader skips; -1 with errno. Reports.
 */
static int try_file(struct search *search, const char *path, struct object *object)
{
	struct stat st;
	int fd, found;

	if (search->tries++ == TRIES_MAX)
		return report(E2BIG, "%s: too many directories to look for too many libraries in",
			      path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* the loader skips nothing else: it would fail here, and so do we */
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ||
				       errno == ENAMETOOLONG
			       ? 0
			       : report_errno("%s", path);
	found = fstat(fd, &st);
	if (!found && S_ISREG(st.st_mode))
		found = elf_read_dynamic(fd, &object->elf);
	if (found < 0 && errno != EBADMSG)
		report_errno("%s", path);
	else if (found <= 0)
		found = report(EBADMSG,
			       "%s: this is no shared library, or a damaged one, and the dynamic "
			       "loader comes upon it: remove or rebuild it",
			       path);
	close(fd);
	if (found < 0)
		return -1;
	if (!fits_here(&object->elf)) {
		elf_free_dynamic(&object->elf);
		return strings_add(&search->unfit, path) ? report_errno("%s", path) : 0;
	}
	object->device = st.st_dev;
	object->inode = st.st_ino;
	object->path = strdup(path);
	return object->path ? 1 : report_errno("%s", path);
}

static int try_directories(struct search *search, const struct strings *directories,
			   const char *name, struct object *object)
{
	int found = 0;

	for (size_t i = 0; !found && i < directories->count; i++) {
		char *path;

		if (asprintf(&path, "%s/%s", directories->items[i], name) < 0)
			return report_errno("%s", name);
		found = try_file(search, path, object);
		free(path);
	}
	return found;
}

/* Whether path is below one of the default directories. */
static bool is_default(const struct search *search, const char *path)
{
	const struct strings *directories = &search->defaults.directories;

	for (size_t i = 0; i < directories->count; i++) {
		size_t length = strlen(directories->items[i]);

		if (!strncmp(path, directories->items[i], length) && path[length] == '/')
			return true;
	}
	return false;
}

static int try_cache(struct search *search, const struct object *loader, const char *name,
		     struct object *object)
{
	const char *path;

	if (!search->cache_is_read && ldcache_read(LDCACHE_PATH, &search->cache))
		return report_errno(LDCACHE_PATH);
	search->cache_is_read = true;
	path = ldcache_find(&search->cache, name, glibc_here.cache_flags);
	if (!path || (loader->elf.no_default_directories && is_default(search, path)))
		return 0;
	return try_file(search, path, object);
}

/* Adds an included file under that name, unless the name is taken. Returns 0, or -1 with errno. */
static int offer(struct search *search, const char *name, const char *path)
{
	struct entries *offered = &search->offered;

	return entries_add(offered, "file", name, path, NULL) ||
			       file_index_add(&search->offers,
					      offered->items[offered->count - 1].fields.items)
		       ? -1
		       : 0;
}

/* Offers an included file under its DT_SONAME, if it is a library. */
static int offer_soname(struct search *search, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), failed = 0;
	struct elf_dynamic elf;

	if (fd < 0)
		return 0; /* add_file reports it */
	if (elf_read_dynamic(fd, &elf) > 0) {
		failed = elf.soname && offer(search, elf.soname, path);
		elf_free_dynamic(&elf);
	}
	close(fd);
	return failed;
}

static int read_offers(struct search *search)
{
	const struct entry *file = NULL;

	while ((file = entries_next(search->manifest, "file", file))) {
		const char *name = file->fields.items[0], *path = file->fields.items[1];

		if (!strncmp(name, INCLUDED, strlen(INCLUDED)) &&
		    (offer(search, strrchr(name, '/') + 1, path) || offer_soname(search, path)))
			return -1;
	}
	search->offers_are_read = true;
	return 0;
}

/*
 * Finds a library among the included files. The loader does not search their directory, so the
 * library is packed a second time, in lib/.
 */
static int try_included(struct search *search, const char *name, struct object *object)
{
	char *const *offered;

	if (!search->offers_are_read && read_offers(search))
		return report_errno("%s", name);
	offered = file_index_find(&search->offers, name);
	return offered ? try_file(search, offered[1], object) : 0;
}

/* Finds the library that loader needs, as ld.so does. Returns 1; 0 if there is none, which it does
 * not report; -1 with errno. Reports. */
static int find_library(struct search *search, const struct object *loader, const char *name,
			const char *archive_name, struct object *object)
{
	char *const *given = file_index_find(&search->given, archive_name);
	int found;

	strings_free(&search->unfit);
	if (given) { /* the loader finds this one first in the .run */
		found = try_file(search, given[1], object);
		if (!found && !search->unfit.count)
			return report_errno("%s: %s: %s", search->source, given[0], given[1]);
		return found ? found
			     : report(EINVAL,
				      "%s: %s: %s: there is no library for this kind of machine: "
				      "take the record out",
				      search->source, given[0], given[1]);
	}
	found = try_directories(search, &loader->directories, name, object);
	if (!found)
		found = try_cache(search, loader, name, object);
	if (!found && !loader->elf.no_default_directories)
		found = try_directories(search, &search->defaults.directories, name, object);
	if (!found)
		found = try_included(search, name, object);
	return found;
}

static int report_missing(struct search *search, const struct load_list *list,
			  const struct object *loader, const char *name)
{
	struct strings places = { 0 };
	char *where = NULL, *unfit = NULL;

	search->failed = true;
	if (!strings_add_all(&places, &loader->directories) &&
	    !strings_add(&places, LDCACHE_PATH) &&
	    (loader->elf.no_default_directories ||
	     !strings_add_all(&places, &search->defaults.directories)))
		where = strings_join(&places, ", ");
	unfit = strings_join(&search->unfit, ", ");
	strings_free(&places);
	report(ENOENT,
	       "%s:%zu: %s: %s needs %s, which was not found in %s%s%s%s: install it, link with "
	       "-Wl,-rpath,DIR or -static, or pack no libraries (ktstr-export --no-libs)",
	       search->source, list->file->line, list->file->fields.items[0], loader->path, name,
	       where ? where : "", search->unfit.count ? " (for another machine: " : "",
	       unfit ? unfit : "", search->unfit.count ? ")" : "");
	free(where);
	free(unfit);
	return 0;
}

/* --- What is packed ------------------------------------------------------------------------- */

/* If another packed file needs the library as well, it must be the same file. */
static int check_twin(struct search *search, char *const *twin, const struct object *object)
{
	size_t i = 0;

	if (file_is_same(twin[1], object->path))
		return 0;
	while (search->found->files.items[i].fields.items != twin)
		i++;
	return report(EEXIST,
		      "%s: %s needs %s and %s needs %s: one directory of libraries serves both: "
		      "have them use the same file",
		      twin[0], search->wanted_by.items[i], twin[1], object->loader->path,
		      object->path);
}

static int add_library(struct search *search, const struct object *object, const char *archive_name)
{
	struct entries *files = &search->found->files;
	char *path = realpath(object->path, NULL);
	int failed = !path || entries_add(files, "file", archive_name, path, "0755", NULL) ||
		     strings_add(&search->wanted_by, object->loader->path) ||
		     file_index_add(&search->added, files->items[files->count - 1].fields.items);

	free(path);
	return failed ? report_errno("%s", object->path)
		      : add_versions(search, object, archive_name);
}

/* Packs a library under the name that it was needed under, unless that is packed already. */
static int pack_library(struct search *search, const struct object *object,
			const char *archive_name)
{
	char *const *given = file_index_find(&search->given, archive_name);
	char *const *twin = file_index_find(&search->added, archive_name);

	if (twin)
		return check_twin(search, twin, object);
	if (!given)
		return add_library(search, object, archive_name);
	if (file_index_find(&search->reached, archive_name))
		return 0;
	return file_index_add(&search->reached, given) ? report_errno("%s", archive_name)
						       : add_versions(search, object, archive_name);
}

static bool has_loaded(const struct load_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct object *object = list->objects[i];

		if (strings_contain(&object->names, name) ||
		    (object->elf.soname && !strcmp(object->elf.soname, name)))
			return true;
	}
	return false;
}

/* Returns the object of the list that is the same file under another name, or NULL. */
static struct object *find_alias(const struct load_list *list, const struct object *object)
{
	for (size_t i = 0; i < list->count; i++) {
		struct object *other = list->objects[i];

		if (other != object && other->device == object->device &&
		    other->inode == object->inode)
			return other;
	}
	return NULL;
}

/* Adds what was found to the list, unless it has the file under another name. */
static int take_object(struct search *search, struct load_list *list, struct object *object,
		       const char *name)
{
	struct object *alias = find_alias(list, object);

	if (alias) {
		report_warning("%s: %s needs it as %s as well as %s: unpacked, it is two "
			       "libraries: link both users with one name",
			       object->path, object->loader->path, name, alias->names.items[0]);
		drop_last_object(list);
		object = alias;
	} else if (set_directories(search, list->objects[0], object)) {
		return report_errno("%s", object->path);
	}
	return strings_add(&object->names, name) ? report_errno("%s", object->path) : 0;
}

/* Finds and packs what loader needs under this name. */
static int load(struct search *search, struct load_list *list, const struct object *loader,
		const char *name)
{
	struct object *object = add_object(list, loader);
	char *archive_name;
	int found;

	if (!object || asprintf(&archive_name, PACKED "%s", name) < 0)
		return report_errno("%s", name);
	found = find_library(search, loader, name, archive_name, object);
	if (found > 0 && pack_library(search, object, archive_name))
		found = -1;
	free(archive_name);
	if (found > 0)
		return take_object(search, list, object, name);
	drop_last_object(list);
	return found < 0 ? -1 : report_missing(search, list, loader, name);
}

/* Finds what the objects from first on need, what that needs, and so on: breadth first, as ld.so.
 */
static int load_all(struct search *search, struct load_list *list, size_t first)
{
	for (size_t i = first; i < list->count; i++) {
		const struct object *loader = list->objects[i];

		for (size_t j = 0; j < loader->elf.needed.count; j++) {
			const char *name = loader->elf.needed.items[j];

			if (glibc_has_library(name) || has_loaded(list, name))
				continue;
			if (strchr(name, '/')) {
				report(EINVAL,
				       "%s:%zu: %s: %s needs %s by its path, and would look for it "
				       "there on the host: link that library with -Wl,-soname, or "
				       "pack no libraries (ktstr-export --no-libs)",
				       search->source, list->file->line,
				       list->file->fields.items[0], loader->path, name);
				search->failed = true;
			} else if (load(search, list, loader, name)) {
				return -1;
			}
		}
	}
	return 0;
}

/*
 * Finds what glibc loads when one of the objects calls a function that unwinds the stack. glibc
 * loads it, and the program loaded glibc: the program's DT_RPATH applies, its DT_RUNPATH does not.
 */
static int load_unwinder(struct search *search, struct load_list *list)
{
	struct object *glibc = &list->glibc;
	size_t i = 0, count = list->count;

	while (i < count && !list->objects[i]->elf.calls_unwinder)
		i++;
	if (i == count || has_loaded(list, GLIBC_UNWINDER))
		return 0;
	glibc->loader = list->objects[0];
	glibc->path = strdup(list->objects[i]->path); /* the path for messages */
	if (!glibc->path || set_directories(search, list->objects[0], glibc))
		return report_errno("%s", list->objects[i]->path);
	return load(search, list, glibc, GLIBC_UNWINDER) || load_all(search, list, count) ? -1 : 0;
}

/* --- The files of a manifest ---------------------------------------------------------------- */

static bool is_musl(const char *name)
{
	return !strcmp(name, "libc.so") || !strncmp(name, "libc.musl-", 10);
}

/* Returns why the libraries of a program cannot be found here, or NULL: they can. */
static const char *why_not_here(const struct elf_program *program, const struct elf_dynamic *elf)
{
	const char *slash = strrchr(program->interpreter, '/');

	if (!fits_here(elf))
		return "it is for another kind of machine than this one";
	if (slash && strcmp(slash + 1, glibc_here.loader))
		return "its dynamic loader is not glibc's";
	for (size_t i = 0; i < elf->needed.count; i++)
		if (is_musl(elf->needed.items[i]))
			return "its C library is not glibc";
	return NULL;
}

/* Warns unless the program needs only its C library. */
static int warn_of_unpacked(const struct search *search, const struct entry *file,
			    const struct elf_dynamic *elf, const char *why)
{
	struct strings names = { 0 };
	char *joined = NULL;
	int failed = 0;

	for (size_t i = 0; !failed && i < elf->needed.count; i++)
		if (!glibc_has_library(elf->needed.items[i]) && !is_musl(elf->needed.items[i]))
			failed = strings_add(&names, elf->needed.items[i]);
	if (!failed && names.count) {
		joined = strings_join(&names, ", ");
		failed = !joined;
	}
	if (failed)
		report_errno("%s:%zu", search->source, file->line);
	else if (joined)
		report_warning("%s:%zu: %s: %s: its libraries are not packed, as %s: the host must "
			       "have %s, or link it with -static",
			       search->source, file->line, file->fields.items[0],
			       file->fields.items[1], why, joined);
	free(joined);
	strings_free(&names);
	return failed ? -1 : 0;
}

/* Adds the libraries of an open ELF file. */
static int add_libraries(struct search *search, struct load_list *list, int fd)
{
	struct object *object = list->objects[0];
	struct elf_program program = { 0 };
	const char *why;

	object->path = realpath(list->file->fields.items[1], NULL);
	if (!object->path || elf_read_program(fd, &program) < 0)
		return report_errno("%s", list->file->fields.items[1]);
	if (add_versions(search, object, list->file->fields.items[0]))
		return -1;
	why = why_not_here(&program, &object->elf);
	if (why)
		return warn_of_unpacked(search, list->file, &object->elf, why);
	if (set_directories(search, object, object))
		return report_errno("%s", object->path);
	return load_all(search, list, 0) || load_unwinder(search, list) ? -1 : 0;
}

/* Warns of a damaged included file, which may be test data. Fails for a damaged program. */
static int take_damaged(const struct search *search, const struct entry *file)
{
	const char *name = file->fields.items[0], *path = file->fields.items[1];

	if (!strcmp(name, "ktstr") || !strcmp(name, "scheduler"))
		return report(EBADMSG, "%s:%zu: %s: %s: a damaged ELF file: build it again",
			      search->source, file->line, name, path);
	report_warning("%s:%zu: %s: %s: a damaged ELF file: its libraries are not packed",
		       search->source, file->line, name, path);
	return 0;
}

static int add_file(struct search *search, const struct entry *file)
{
	struct load_list list = { .file = file };
	struct object *object = add_object(&list, NULL);
	int fd = open(file->fields.items[1], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int found = -1;
	struct stat st;

	search->tries = 0;
	if (object && fd >= 0)
		found = fstat(fd, &st);
	if (!found && S_ISREG(st.st_mode))
		found = elf_read_dynamic(fd, &object->elf);
	if (found < 0 && errno == EBADMSG)
		found = take_damaged(search, file);
	else if (found < 0)
		report_errno("%s:%zu: %s: %s", search->source, file->line, file->fields.items[0],
			     file->fields.items[1]);
	else if (found > 0)
		found = add_libraries(search, &list, fd);
	if (fd >= 0)
		close(fd);
	free_load_list(&list);
	return found;
}

/* Looks at files in lib/ last: most are libraries of the others and are known by then. */
static int add_files(struct search *search, bool packed)
{
	const struct entry *file = NULL;

	while ((file = entries_next(search->manifest, "file", file))) {
		const char *name = file->fields.items[0];
		bool is_packed = is_library(name);

		if (is_packed == packed && !(packed && file_index_find(&search->reached, name)) &&
		    add_file(search, file))
			return -1;
	}
	return 0;
}

static int index_files(struct search *search)
{
	const struct entry *file = NULL;

	while ((file = entries_next(search->manifest, "file", file)))
		if (file_index_add(&search->given, file->fields.items))
			return report_errno("%s:%zu", search->source, file->line);
	return 0;
}

int libraries_find(const char *source, const struct entries *manifest, struct libraries *libraries)
{
	struct search search = { .source = source, .manifest = manifest, .found = libraries };
	int failed, saved;

	*libraries = (struct libraries){ 0 };
	failed = library_defaults_find(&search.defaults) ? report_errno("%s", source) : 0;
	failed = failed || index_files(&search) || add_files(&search, false) ||
		 add_files(&search, true);
	if (!failed && search.failed) {
		errno = ENOENT;
		failed = -1;
	}
	saved = errno;
	if (failed)
		libraries_free(libraries);
	strings_free(&search.wanted_by);
	file_index_free(&search.given);
	file_index_free(&search.offers);
	entries_free(&search.offered);
	file_index_free(&search.reached);
	file_index_free(&search.added);
	strings_free(&search.unfit);
	strings_free(&search.defaults.directories);
	ldcache_free(&search.cache);
	errno = saved;
	return failed ? -1 : 0;
}

void libraries_free(struct libraries *libraries)
{
	entries_free(&libraries->files);
	free(libraries->glibc);
	free(libraries->glibc_file);
	*libraries = (struct libraries){ 0 };
}
