/* link.h - symbolic links in an archive
 *
 * root unpacks an archive. So a link in it must not lead out of the directory that was packed with
 * it, on no host and not through other links.
 */
#ifndef REGISTRY_LINK_H
#define REGISTRY_LINK_H

/*
 * Looks at the fields of a `link` record, its name in the archive and its target. Returns NULL, or
 * a constant string that says what is wrong: see struct record_rule. The link stands below
 * include/DIRECTORY/, and so does what it leads to. ".." stands only at the target's beginning,
 * where it leaves real directories: after the name of another link it could lead anywhere.
 */
const char *link_problem(char *const *fields);

#endif
