/* scx_stall - loses tasks after a while: ejected by the watchdog, its process stays, as many do */
#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);
	enum event event = ELAPSED;

	if (options.after_s)
		event = wait_for(scheduler, options.after_s);
	if (event == ELAPSED) {
		scheduler_drop_tasks(scheduler);
		event = wait_for(scheduler, FOREVER);
	}
	scheduler_detach(scheduler);
	if (event == EJECTED && !options.leave)
		stay();
	return 0;
}
