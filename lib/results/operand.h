/* operand.h - reads the results that an operand of ktstr-results names */
#ifndef RESULTS_OPERAND_H
#define RESULTS_OPERAND_H

#include "result_text.h"

/*
 * Adds the results in path to results. path may be a file or a directory, where each
 * *.evidence.tar.gz, *.unfinished and *.started counts, in the order of the names; "-" is standard
 * input. Returns 0, or -1 if something could not be read; a result that says so is added for it,
 * and what else is in the directory has been added. Reports, also that a directory has no results,
 * which is no failure.
 */
int operand_read(const char *path, struct results *results);

#endif
