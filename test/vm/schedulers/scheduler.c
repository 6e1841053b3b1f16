/* scheduler.c - load, attach and watch the scheduler that embed.S holds, with libbpf */
#include "scheduler.h"

#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "ops.h"

#define SCX_OPS_SWITCH_PARTIAL (1 << 3)
#define BPF_F_LINK (1U << 13) /* of linux/bpf.h, since Linux 6.4 */

struct scheduler {
	struct bpf_object *object;
	struct bpf_link *link;
	volatile struct scx_shared *shared;
};

extern const char object_begin[], object_end[];

/* What a map will begin with: for before the load. */
static void *beginning_of(struct bpf_object *object, const char *name, size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);
	size_t there = 0;
	void *memory = map ? bpf_map__initial_value(map, &there) : NULL;

	if (!memory || there < size)
		errx(1, "the BPF object has no %s of %zu bytes", name, size);
	return memory;
}

/* The memory that the loaded scheduler sees. Only skeletons get it from libbpf before 1.6. */
static struct scx_shared *map_shared(struct bpf_object *object)
{
	int fd = bpf_map__fd(bpf_object__find_map_by_name(object, ".bss"));
	void *memory =
		mmap(NULL, sizeof(struct scx_shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		err(1, "cannot map the scheduler's memory");
	return memory;
}

/* Without a link the kernel keeps the scheduler until it is detached, even after the process. */
static void take_no_link(struct bpf_object *object)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, "ops");

	bpf_map__set_map_flags(map, bpf_map__map_flags(map) & ~BPF_F_LINK);
}

static void set_up(struct bpf_object *object, const struct options *options)
{
	const char *timeout = getenv("SCX_TIMEOUT_MS");
	struct scx_settings *settings = beginning_of(object, ".rodata", sizeof(*settings));
	struct sched_ext_ops *ops = beginning_of(object, "ops", sizeof(*ops));

	settings->slice_ns = options->slice_us * 1000ULL;
	settings->fail = options->early;
	if (options->partial)
		ops->flags |= SCX_OPS_SWITCH_PARTIAL;
	if (timeout)
		ops->timeout_ms = strtoul(timeout, NULL, 10);
}

struct scheduler *scheduler_attach(const struct options *options)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = "fifo");
	struct scheduler *scheduler = calloc(1, sizeof(*scheduler));
	struct bpf_map *ops;

	if (!scheduler)
		err(1, "no memory");
	scheduler->object = bpf_object__open_mem(object_begin, object_end - object_begin, &open);
	if (!scheduler->object)
		err(1, "the BPF object cannot be read");
	set_up(scheduler->object, options);
	if (options->no_link)
		take_no_link(scheduler->object);
	if (bpf_object__load(scheduler->object))
		err(1, "the kernel refused the BPF object");
	scheduler->shared = map_shared(scheduler->object);
	ops = bpf_object__find_map_by_name(scheduler->object, "ops");
	scheduler->link = bpf_map__attach_struct_ops(ops);
	if (!scheduler->link)
		err(1, "cannot attach");
	warnx("attached");
	return scheduler;
}

void scheduler_drop_tasks(struct scheduler *scheduler)
{
	scheduler->shared->drop = 1;
}

void scheduler_fail(struct scheduler *scheduler)
{
	scheduler->shared->fail = 1;
}

void scheduler_pin(struct scheduler *scheduler, const char *path)
{
	if (bpf_link__pin(scheduler->link, path))
		err(1, "cannot pin the link to %s", path);
}

void scheduler_detach(struct scheduler *scheduler)
{
	bpf_link__destroy(scheduler->link);
	bpf_object__close(scheduler->object);
	munmap((void *)scheduler->shared, sizeof(*scheduler->shared));
	free(scheduler);
	warnx("detached");
}

static sigset_t ending_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	return signals;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

enum event wait_for(struct scheduler *scheduler, unsigned int seconds)
{
	const struct timespec tick = { .tv_nsec = 100 * 1000 * 1000 };
	const sigset_t signals = ending_signals();
	const long long end_ms = now_ms() + seconds * 1000LL;

	for (;;) {
		if (sigtimedwait(&signals, NULL, &tick) > 0)
			return SIGNALLED;
		if (scheduler->shared->ended) {
			warnx("EXIT: %s (%s)", (const char *)scheduler->shared->reason,
			      (const char *)scheduler->shared->message);
			return EJECTED;
		}
		if (seconds != FOREVER && now_ms() >= end_ms)
			return ELAPSED;
	}
}

void stay(void)
{
	const sigset_t signals = ending_signals();

	while (sigwaitinfo(&signals, NULL) < 0 && errno == EINTR)
		;
}
