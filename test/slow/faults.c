/*
 * faults.c - preloaded into a program, has one call fail, or all reads and writes be short
 *
 * FAULT_ALLOC=N    the Nth allocation fails
 * FAULT_WRITE=N    from the Nth write to standard output on the disk is full
 * FAULT_READ=N     the Nth read fails
 * FAULT_SHORT=1    each second read and write is interrupted, the others take 7 bytes at most
 * FAULT_MARK=FILE  is made when a call fails: without it the program had all it asked for
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* glibc's own, under the names that it keeps for who replaces malloc */
/* NOLINTBEGIN(bugprone-reserved-identifier): these names */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
/* NOLINTEND(bugprone-reserved-identifier) */

static long alloc_in, write_in, read_in; /* calls until it fails; 0: never */
static bool is_short;
static const char *mark;

static long number(const char *name)
{
	const char *text = getenv(name);

	return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	alloc_in = number("FAULT_ALLOC");
	write_in = number("FAULT_WRITE");
	read_in = number("FAULT_READ");
	is_short = number("FAULT_SHORT");
	mark = getenv("FAULT_MARK");
	unsetenv("LD_PRELOAD"); /* not for what the program starts */
}

/* Counts down. Returns true, with errno, when it is this call's turn. */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written to, atomically */
static bool fails(long *calls, int errnum)
{
	if (!*calls || __atomic_sub_fetch(calls, 1, __ATOMIC_RELAXED))
		return false;
	if (mark)
		close(open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	errno = errnum;
	return true;
}

void *malloc(size_t size)
{
	return fails(&alloc_in, ENOMEM) ? NULL : __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size)
{
	return fails(&alloc_in, ENOMEM) ? NULL : __libc_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size)
{
	return fails(&alloc_in, ENOMEM) ? NULL : __libc_realloc(ptr, size);
}

/* Returns false, with errno, where this call is interrupted; else cuts *size. */
static bool shorten(size_t *size)
{
	static bool interrupted;

	if (!is_short)
		return true;
	interrupted = !interrupted;
	errno = EINTR;
	if (*size > 7)
		*size = 7;
	return !interrupted;
}

ssize_t read(int fd, void *buf, size_t nbytes)
{
	static ssize_t (*next)(int, void *, size_t);

	if (!next)
		next = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	return fails(&read_in, EIO) || !shorten(&nbytes) ? -1 : next(fd, buf, nbytes);
}

ssize_t write(int fd, const void *buf, size_t n)
{
	static ssize_t (*next)(int, const void *, size_t);

	if (!next)
		next = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	if (fd == STDOUT_FILENO && fails(&write_in, ENOSPC)) {
		write_in = 1; /* and stays full */
		return -1;
	}
	return shorten(&n) ? next(fd, buf, n) : -1;
}
