/* path: what the rights of files and folders say about who can change what is at a path. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

/* Who else than root can change what is there, links followed: the file, or a folder on the way to
 * it, as a text for the operator. NULL: nobody, or it is not there. A folder with the sticky bit,
 * as /tmp, is safe for what is root's in it. */
const char *path_who_else_writes(const char *path);
/* The same of the path as it is written: who could point a link in it elsewhere. */
const char *path_who_else_points(const char *path);

#endif
