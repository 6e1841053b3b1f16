/* scx_fork - attaches, and leaves its child with the scheduler, in a session of its own */
#include <err.h>
#include <unistd.h>

#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);
	pid_t child = fork();

	if (child < 0)
		err(1, "cannot fork");
	if (child > 0)
		return 0;
	setsid();
	wait_for(scheduler, FOREVER);
	scheduler_detach(scheduler);
	return 0;
}
