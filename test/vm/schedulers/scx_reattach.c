/* scx_reattach - detaches after a while and attaches again: schedulers that restart do so */
#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);
	enum event event = wait_for(scheduler, options.after_s);

	scheduler_detach(scheduler);
	if (event != ELAPSED)
		return 0;
	scheduler = scheduler_attach(&options);
	wait_for(scheduler, FOREVER);
	scheduler_detach(scheduler);
	return 0;
}
