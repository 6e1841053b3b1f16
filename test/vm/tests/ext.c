/* ext.c - a test whose one task has the policy SCHED_EXT, for a second */
#include <sched.h>
#include <unistd.h>

#ifndef SCHED_EXT
#define SCHED_EXT 7
#endif

int main(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_EXT, &none))
		return 1;
	sleep(1);
	return 0;
}
