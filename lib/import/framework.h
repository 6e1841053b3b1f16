/* framework.h - test binaries of the Rust framework: recognised, and asked for their tests
 *
 * Source of its protocol: likewhatevs/ktstr, src/test_support/dispatch.rs and src/export.rs.
 */
#ifndef IMPORT_FRAMEWORK_H
#define IMPORT_FRAMEWORK_H

#include <stdbool.h>

#include "registry/source.h"

/*
 * A binary is one of these if it has a section of the framework's list of tests, and no note of
 * libktstr. To find a test, it writes a .run, which is read and never run; its files are in
 * source->imported.
 */
extern const struct framework framework;

/*
 * Call it last. Removes what was made for the sources, unless it is wanted; then says where it is,
 * unless somebody else removes it. Returns 0, or -1. Reports.
 */
int framework_end(const struct sources *sources, bool is_wanted);

#endif
