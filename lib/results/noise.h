/* noise.h - what on its host disturbed a round, by the counters in its result */
#ifndef RESULTS_NOISE_H
#define RESULTS_NOISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "result_text.h"

/*
 * Adds to reasons a text with numbers for each thing that disturbed the round, such as "steal 4.2%
 * of the CPUs", and to kinds the same without numbers, "steal". Either list may be NULL. What the
 * result does not say, or says with impossible numbers, is no reason. Returns 0, or -1 with errno;
 * the lists may have grown.
 */
int noise_find(const struct result *result, struct strings *reasons, struct strings *kinds);

/*
 * Returns the reasons, or the kinds unless has_numbers, with "; " between them; "" if there are
 * none. The caller frees it. NULL with errno.
 */
char *noise_text(const struct result *result, bool has_numbers);

/* Takes the results of disturbed rounds out, and reports their number. Returns 0, or -1. Reports.
 */
int noise_leave_out(struct results *results);

#endif
