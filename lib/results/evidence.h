/* evidence.h - reads results from the evidence of runs: archives, directories and bare texts
 *
 * An archive is a tar archive, compressed with gzip, zstd or not. Each regular member with "result"
 * as the last part of its name is a result. Other members are skipped. Nothing is unpacked, and no
 * name in an archive is used as a path. If a file is wrong anywhere, none of its results counts.
 */
#ifndef RESULTS_EVIDENCE_H
#define RESULTS_EVIDENCE_H

#include <stdint.h>

#include "result_text.h"

enum { EVIDENCE_MEMBERS_MAX = 100000 };			  /* of one archive */
#define EVIDENCE_BYTES_MAX ((uint64_t)1024 * 1024 * 1024) /* of one archive, decompressed */

/*
 * Adds the results in path to results. path may be a file or a directory, where each
 * *.evidence.tar.gz, *.unfinished and *.started counts, in the order of the names; "-" is standard
 * input. Returns 0, or -1 with errno if something could not be read; its name is added to unread,
 * and what else is in the directory has been added. Reports, also that a directory has no results,
 * which is no failure.
 */
int evidence_read(const char *path, struct results *results);

/* The same for a file that is open at its beginning. Closes fd. */
int evidence_read_file(int fd, const char *path, struct results *results);

#endif
