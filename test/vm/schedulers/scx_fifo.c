/* scx_fifo - a scheduler that works: attached until a signal, or until the kernel ejects it */
#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);

	wait_for(scheduler, FOREVER);
	scheduler_detach(scheduler);
	return 0;
}
