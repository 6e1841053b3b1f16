/* evidence.h - reads the results in one file: an archive or a bare text
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
 * Adds the results in a file that is open at its beginning to results, and closes fd. path is for
 * messages; "-" is standard input. Returns 0, or -1 with errno and unchanged results. Reports.
 */
int evidence_read_file(int fd, const char *path, struct results *results);

#endif
