/* scx_pin - pins its link in bpffs: attached until the pin is gone */
#include <err.h>
#include <string.h>
#include <sys/mman.h>

#include "scheduler.h"

/*
 * --large: has much memory when it ends. The kernel takes that back first and the link later:
 * meanwhile the process is in no cgroup.procs, and still holds the link.
 */
static void grow(void)
{
	const size_t size = (size_t)600 << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "600 MiB of memory");
	madvise(memory, size, MADV_NOHUGEPAGE); /* many pages take longer */
	memset(memory, 1, size);
}

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler;

	if (options.large)
		grow();
	scheduler = scheduler_attach(&options);
	scheduler_pin(scheduler, "/sys/fs/bpf/fifo_link");
	if (!options.leave)
		wait_for(scheduler, FOREVER);
	return 0;
}
