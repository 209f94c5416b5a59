/* commands: keywords that name what is executed. Internal to config. */
#ifndef CONFIG_COMMANDS_H
#define CONFIG_COMMANDS_H

#include "config/parse.h"

extern const struct block block_notify;

void special_notify(struct parse *p, struct draft *d, const struct keyword *k,
		    const struct item *it);
bool enter_notify(struct parse *p, struct draft *d, const struct item *it);
void line_command(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
void special_fifo(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it);
void special_fifo_script(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);

void special_smtp_server(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
void special_smtp_helo(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_smtp_alert(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it);
void special_alert(struct parse *p, struct draft *d, const struct keyword *k,
		   const struct item *it);
bool print_service_alert(const void *row, char *buf, size_t size);
bool print_server_alert(const void *row, char *buf, size_t size);
bool print_checker_alert(const void *row, char *buf, size_t size);
void line_recipient(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
bool print_smtp_server(const void *row, char *buf, size_t size);
/* Makes rows of the recipients in global_defs. */
void mails_resolve(struct parse *p, const struct draft *d);

/* Makes rows of the commands in a draft, for an object of that name. */
void commands_resolve(struct parse *p, const struct draft *d, enum notify_object object,
		      const char *name);
/* The same of the pipes in global_defs. */
void commands_resolve_fifos(struct parse *p, const struct draft *d);

/* The keyword of an event, and of a pipe. */
const char *commands_keyword(enum notify_event event);
const char *commands_fifo_keyword(enum fifo_kind kind);
/* The words behind the keyword. */
void commands_text(const char *command, const char *user, const char *group, char *buf,
		   size_t size);

#endif
