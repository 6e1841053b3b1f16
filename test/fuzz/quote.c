/* quote.c - fuzzes what any bytes become in a shell script and in a message */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	REQUIRE(text);
	memcpy(text, data, size);
	text[size] = '\0';
	require_quotable(text);
	REQUIRE(report(EINVAL, "%s: %s", text, text) == -1 && errno == EINVAL);
	take_messages(true);
	free(text);
	return 0;
}
