/* scx_noattach - lives, and never attaches */
#include "scheduler.h"

int main(int argc, char **argv)
{
	read_options(argv);
	stay();
	return 0;
}
