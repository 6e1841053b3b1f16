/* untar.h - unpack a tar archive that nobody vouches for into a new directory
 *
 * It takes what writers of .run files make: POSIX.1-2017 ustar and GNU's format, of both regular
 * files, directories and symbolic links; GNU's long names (L, K); pax headers with path, linkpath
 * and size. All else is refused. No name and no link leads out of the directory, nothing is ever
 * written through a link, and nobody but the user may write what is made. Directories that no
 * member names are made, too.
 */
#ifndef IMPORT_UNTAR_H
#define IMPORT_UNTAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/output.h"
#include "registry/entries.h"

enum untar_state { UNTAR_HEADER, UNTAR_CONTENT, UNTAR_TEXT, UNTAR_PADDING };

struct untar {
	struct sink sink; /* first: give it the archive */
	const char *source;
	int directory; /* which must be empty; the caller closes it */
	/* what is wrong with a name there, else NULL; NULL: each name is right */
	const char *(*problem)(const char *keyword, const char *name);
	struct entries members; /* `file`, `directory` and `link`, with their names, in order */

	size_t made; /* files, links and directories, those that no member names too */
	enum untar_state state;
	unsigned char block[512];
	size_t have;	     /* bytes in block */
	unsigned int nzeros; /* blocks of zeros at the end */
	uint64_t left;	     /* bytes of the content, or of the text */
	size_t padding;	     /* bytes after them */
	int file;	     /* that is being written, or -1 */
	char type;	     /* of the text */
	char *text;	     /* a long name, or the records of a pax header */
	size_t ntext;
	char *name, *target; /* that the next header does not say */
	uint64_t size;
	bool has_size;
};

/*
 * source, for messages, must stay valid. What is wrong with the archive fails the sink's write, or
 * untar_close, with EBADMSG. untar_close says whether all of it came; the caller frees members, in
 * each case. Return 0, or -1 with errno. Report.
 */
void untar_open(struct untar *untar, int directory, const char *source);
int untar_close(struct untar *untar, bool complete);

#endif
