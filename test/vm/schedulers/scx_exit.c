/* scx_exit - ends with --status and a message, before it attaches */
#include <err.h>

#include "scheduler.h"

int main(int argc, char **argv)
{
	struct options options = read_options(argv);

	errx(options.status, "giving up before attaching, as asked");
}
