/* scx_error - makes an error as soon as it is attached, and is ejected; the process stays */
#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);

	scheduler_fail(scheduler);
	wait_for(scheduler, FOREVER);
	if (!options.leave)
		stay();
	scheduler_detach(scheduler);
	return 0;
}
