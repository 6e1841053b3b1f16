/* verdicts.c - a test of each verdict, with libktstr */
#include <ktstr.h>
#include <signal.h>
#include <unistd.h>

static const struct ktstr_scheduler fifo = { .name = "fifo", .binary = "scx_fifo" };

KTSTR_TEST(c_passes, .scheduler = &fifo)
{
	return KTSTR_PASS;
}

KTSTR_TEST(c_fails, .scheduler = &fifo)
{
	return ktstr_fail(ctx, "%d of %d", 1, 2);
}

KTSTR_TEST(c_unsure, .scheduler = &fifo)
{
	return ktstr_inconclusive(ctx, "too noisy");
}

KTSTR_TEST(c_skips, .scheduler = &fifo)
{
	return ktstr_skip(ctx, "nothing to do");
}

KTSTR_TEST(c_crashes, .scheduler = &fifo)
{
	raise(SIGSEGV);
	return KTSTR_PASS;
}

KTSTR_TEST(c_hangs, .scheduler = &fifo, .duration_s = 1, .watchdog_s = 1)
{
	while (pause())
		;
	return KTSTR_PASS;
}
