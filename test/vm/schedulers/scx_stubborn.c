/* scx_stubborn - attached, and deaf to SIGTERM, SIGINT and SIGHUP: only SIGKILL ends it */
#include <signal.h>

#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);
	struct scheduler *scheduler = scheduler_attach(&options);

	signal(SIGHUP, SIG_IGN);
	for (;;)
		if (wait_for(scheduler, FOREVER) == EJECTED)
			return 0;
}
