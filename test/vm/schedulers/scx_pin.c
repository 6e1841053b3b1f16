/* scx_pin - pins its link in bpffs: attached until the pin is gone */
#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);

	scheduler_pin(scheduler, "/sys/fs/bpf/fifo_link");
	if (!options.leave)
		wait_for(scheduler, FOREVER);
	return 0;
}
