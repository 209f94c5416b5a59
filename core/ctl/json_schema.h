/*
 * json_schema: the JSON Schema (2020-12) of everything that --json prints, made from the tables
 * of rows and commands, so that it cannot lack a field.
 */
#ifndef CTL_JSON_SCHEMA_H
#define CTL_JSON_SCHEMA_H

#include "ctl/ctl.h"

int json_schema_run(struct ctl *c, int argc, char **argv);

#endif
