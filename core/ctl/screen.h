/*
 * screen: the whole terminal for a program that repaints it: keys in, lines out. It is given back
 * as it was when the program ends, also by a signal, and while it is stopped (SIGTSTP).
 */
#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include "base/loop.h"

#include <stdbool.h>

/* Keys beyond the characters. */
enum { KEY_UP = 256, KEY_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END };

struct screen_ops {
	void (*key)(void *arg, int key);
	void (*paint)(void *arg); /* the size has changed, or what is on it is gone */
};

struct screen;

/* NULL after a message when there is no terminal. Signals that end a program stop the loop. */
struct screen *screen_open(struct loop *l, const struct screen_ops *ops, void *arg);
void screen_close(struct screen *s);

unsigned screen_height(const struct screen *s);
/* Shows `text`: what does not fit is cut, below and on the right. Escape sequences in it that end
 * with 'm' take no room. */
void screen_show(struct screen *s, const char *text);

#endif
