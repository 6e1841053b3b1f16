/* scx_detach - attached for a while only; the process stays */
#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);
	enum event event = wait_for(scheduler, options.after_s);

	scheduler_detach(scheduler);
	if (event != SIGNALLED && !options.leave)
		stay();
	return 0;
}
