/* result.c - the results that a test reports */
#include <stdarg.h>

#include "internal.h"

int ktstr_rank(int result)
{
	switch (result) {
	case KTSTR_PASS:
		return 0;
	case KTSTR_SKIP:
		return 1;
	case KTSTR_INCONCLUSIVE:
		return 2;
	case KTSTR_FAIL:
		return 3;
	}
	return -1;
}

void ktstr_note_result(struct ktstr_run *run, enum ktstr_result result)
{
	int worst = atomic_load(&run->worst);

	while (ktstr_rank(result) > ktstr_rank(worst) &&
	       !atomic_compare_exchange_weak(&run->worst, &worst, (int)result))
		;
}

const char *ktstr_result_text(enum ktstr_result result)
{
	switch (result) {
	case KTSTR_PASS:
		return "pass";
	case KTSTR_INCONCLUSIVE:
		return "inconclusive";
	case KTSTR_SKIP:
		return "skip";
	case KTSTR_FAIL:
		break;
	}
	return "fail";
}

static enum ktstr_result say(struct ktstr_ctx *ctx, enum ktstr_result result, const char *format,
			     va_list args)
{
	ktstr_note_result(ctx->run, result);
	ktstr_vexplain(ctx->test->name, ktstr_result_text(result), format, args);
	return result;
}

enum ktstr_result ktstr_fail(struct ktstr_ctx *ctx, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(ctx, KTSTR_FAIL, format, args);
	va_end(args);
	return KTSTR_FAIL;
}

enum ktstr_result ktstr_inconclusive(struct ktstr_ctx *ctx, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(ctx, KTSTR_INCONCLUSIVE, format, args);
	va_end(args);
	return KTSTR_INCONCLUSIVE;
}

enum ktstr_result ktstr_skip(struct ktstr_ctx *ctx, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(ctx, KTSTR_SKIP, format, args);
	va_end(args);
	return KTSTR_SKIP;
}
