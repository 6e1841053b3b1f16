/* picture.h - writes a picture of results: a new file, or text for a terminal */
#ifndef RESULTS_PICTURE_H
#define RESULTS_PICTURE_H

#include "operands.h"
#include "result_text.h"

/*
 * Writes results as SVG to path, which is replaced when all is written, or, if path is "-", as text
 * to out. The sides are those of operands if they are split, else the schedulers. Where there
 * are no results, or a side has none, no file is written. Returns 0, or -1 with errno, and path as
 * it was. Reports.
 */
int picture_write(const char *path, struct output *out, const struct results *results,
		  const struct operands *operands);

#endif
