/*
 * commands: the table of command.h. Process: halvardctl.
 */
#include "ctl/change.h"
#include "ctl/check_now.h"
#include "ctl/command.h"
#include "ctl/compare.h"
#include "ctl/complete.h"
#include "ctl/help.h"
#include "ctl/json_schema.h"
#include "ctl/reload.h"
#include "ctl/support.h"
#include "ctl/top.h"
#include "ctl/view.h"
#include "ctl/watch.h"

#define TABLES(name, ...) static const enum table_id name[] = {__VA_ARGS__, T_COUNT}
TABLES(all, T_GLOBAL, T_PROCESS, T_VRRP_INSTANCE, T_VRRP_ADDRESS, T_VRRP_PEER, T_SYNC_GROUP,
       T_SYNC_MEMBER, T_VIRTUAL_SERVER, T_REAL_SERVER, T_CHECKER);
TABLES(vrrp, T_VRRP_INSTANCE, T_VRRP_ADDRESS, T_VRRP_PEER, T_SYNC_GROUP, T_SYNC_MEMBER);
TABLES(vs, T_VIRTUAL_SERVER);
TABLES(rs, T_REAL_SERVER);
TABLES(checks, T_CHECKER);
TABLES(change_log, T_CHANGE_LOG);
TABLES(overlay, T_OVERLAY);

#define SERVER (NAMES_VS | NAMES_RS)
#define ANY    (NAMES_INSTANCE | SERVER)
#define DONE   (JSON_RESULT | JSON_CHANGES)
#define TRIAL  (TAKES_JSON | TAKES_TRIAL)
#define NOTE   (TRIAL | TAKES_REASON)

/* A row reads best with what belongs together in one line. */
/* clang-format off */
const struct command commands[] = {
    {"status", "", "everything at a glance", GROUP_LOOK, 0, 0,
     TAKES_JSON, 0, 0, all, view_status},
    {"vrrp", "[INSTANCE]", "VRRP instances, their addresses and counters", GROUP_LOOK, 0, 1,
     TAKES_JSON, NAMES_INSTANCE, 0, vrrp, view_vrrp,
     .more = "An address in brackets is not on the interface although the instance is master."},
    {"vs", "[VS]", "virtual servers with their rates", GROUP_LOOK, 0, 1,
     TAKES_JSON, NAMES_VS, 0, vs, view_vs},
    {"rs", "[VS [RS]]", "real servers: states, weights, who changed what", GROUP_LOOK, 0, 2,
     TAKES_JSON, SERVER, 0, rs, view_rs},
    {"checks", "[VS [RS]]", "health checks and their last results", GROUP_LOOK, 0, 2,
     TAKES_JSON, SERVER, 0, checks, view_checks},
    {"log", "[COUNT]", "the change log: the last COUNT changes (20)", GROUP_LOOK, 0, 1,
     TAKES_JSON, 0, 0, change_log, view_log},
    {"show", "[TABLE [KEY...]]", "every field of a table, or of one row", GROUP_LOOK, 0, 4,
     TAKES_JSON, NAMES_TABLE, JSON_ANY_TABLE | JSON_TABLES, NULL, view_show},
    {"top", "", "instances and servers on the whole screen, live", GROUP_LOOK, 0, 0,
     TAKES_SORT, 0, 0, NULL, top_run,
     .more = "Keys: q quit, ? help, 1 2 3 4 what is shown, n s w a c i o the order, r the other way\n"
	     "round, arrows and page keys. It goes on when the daemon is restarted."},
    {"watch", "[TABLE | NAME]", "what happens, as it happens, a line each", GROUP_LOOK, 0, 1,
     TAKES_JSON, ANY | NAMES_TABLES, JSON_EVENT, NULL, watch_run,
     .more = "Transitions, servers and checks that go up and down, processes, changes, reloads; only\n"
	     "those of a table, an instance or a server when one is named. It goes on when the daemon\n"
	     "is restarted, and tells what has changed meanwhile. With --json one object a line."},

    {"drain", "[VS] RS | node ADDRESS", "no new connections; established ones go on", GROUP_STEER, 1, 2,
     NOTE | TAKES_ALL | TAKES_TIME, SERVER | NAMES_NODE, DONE, NULL, change_drain,
     .more = "The server leaves the table when its last connection has ended, or after --time.\n"
	     "Its weight is kept for `enable`. A node is every real server of that address."},
    {"enable", "INSTANCE | VS | [VS] RS", "back to work", GROUP_STEER, 1, 2,
     NOTE | TAKES_ALL, ANY | NAMES_NODE, DONE, NULL, change_enable,
     .more = "`node ADDRESS` is every real server of that address."},
    {"disable", "INSTANCE | VS | [VS] RS", "out of work until enabled", GROUP_STEER, 1, 2,
     NOTE | TAKES_ALL, ANY | NAMES_NODE, DONE, NULL, change_disable,
     .more = "An instance leaves the election, a server gets weight 0 and keeps its connections.\n"
	     "`node ADDRESS` is every real server of that address."},
    {"offline", "[VS] RS | node ADDRESS", "out at once, connections too", GROUP_STEER, 1, 2,
     NOTE | TAKES_ALL, SERVER | NAMES_NODE, DONE, NULL, change_offline},
    {"weight", "[VS] RS WEIGHT", "change the weight of a real server", GROUP_STEER, 2, 3,
     TRIAL | TAKES_ALL, SERVER, DONE, NULL, change_weight},
    {"check-now", "[VS] RS", "run the checks of a server now, and say what came of it", GROUP_STEER,
     1, 2, TAKES_JSON | TAKES_ALL, SERVER, JSON_RESULT, checks, check_now_run,
     .more = "Exit status 0 when every check is good, 1 when one is not. A run counts like any other."},
    {"yield", "INSTANCE | GROUP", "give mastership away, and leave it to others", GROUP_STEER, 1, 1,
     NOTE, NAMES_INSTANCE | NAMES_GROUP, DONE, NULL, change_yield,
     .more = "It holds over reload, crash and reboot until `takeover`; if no other director is\n"
	     "there the instance stays master."},
    {"takeover", "INSTANCE | GROUP", "end yield, and take mastership from a lower priority", GROUP_STEER,
     1, 1, NOTE, NAMES_INSTANCE | NAMES_GROUP, DONE, NULL, change_takeover},
    {"set", "TABLE KEY... FIELD VALUE", "set any field that may be set", GROUP_STEER, 3, 8,
     TRIAL, NAMES_TABLE | NAMES_FIELD, DONE, NULL, change_set,
     .more = "`show TABLE` names the fields. A value that begins with a dash, and is no number, goes behind --."},
    {"add", "TABLE KEY... [FIELD VALUE]...", "make a virtual server, a real server, an instance or an address", GROUP_STEER,
     2, 32, TRIAL, NAMES_TABLE, DONE, NULL, change_add_row,
     .more = "    halvardctl add real_server 192.0.2.1:80/tcp 10.0.0.9:80 weight 5\n"
	     "It has the checks of the first server there, of its own address. It is kept as every change."},
    {"delete", "TABLE KEY...", "take such a row away, with all that is part of it", GROUP_STEER, 2, 4,
     TRIAL, NAMES_TABLE, DONE, NULL, change_delete_row,
     .more = "Also one of the file, which stays away over reloads until it is added again."},

    {"revert", "all | TABLE KEY...", "forget what was set at run time: as the file has it",
     GROUP_FILE, 1, 4, TRIAL, NAMES_TABLE, DONE, NULL, change_revert,
     .more = "Of one row with all that is part of it, also one that was added or deleted; or of all. "
	     "diff\nlists what that is."},
    {"save", "", "what was set at run time into the file, as far as it can be said there", GROUP_FILE,
     0, 0, TAKES_JSON, 0, DONE, NULL, change_save,
     .more = "A value goes in the place of the one that stands there, one word behind its keyword; comments\n"
	     "and layout stay. What comes of a variable or a loop, stands in an included file, or is said by\n"
	     "no word is kept beside the file as before: diff lists it."},
    {"reload", "", "read the configuration again, apply what differs", GROUP_FILE, 0, 0,
     TRIAL | TAKES_DRY, 0, JSON_RESULT | JSON_PREVIEW, NULL, reload_run,
     .more = "With --dry-run: what a reload would say and do. Nothing is changed; exit status 1\n"
	     "when it would be refused. With --confirm: what ran before runs again after that time, unless\n"
	     "`halvardctl confirm`, or a reload without --confirm, has come before."},
    {"confirm", "[back]", "what is on trial (--confirm) stays; with back, it goes back at once", GROUP_FILE,
     0, 1, TAKES_JSON, NAMES_BACK, DONE, NULL, confirm_run,
     .more = "`status` says what is on trial, and until when."},
    {"diff", "", "what was set at run time; with --peer, what differs there", GROUP_FILE, 0, 0,
     TAKES_JSON | TAKES_ALL | TAKES_PEER, 0, JSON_DIGESTS | JSON_DIFFERENCES, overlay,
     compare_diff,
     .more = "Without an option: what was set at run time over the configuration file.\n"
	     "    ssh other halvardctl export | halvardctl diff --peer -\n"
	     "compares with another director, without what rightly differs in a pair, unless --all.\n"
	     "Exit status, as of diff(1): 0 nothing differs, 1 something does."},
    {"export", "", "what is in force, in lines that `diff --peer` compares", GROUP_FILE, 0, 0,
     TAKES_JSON, 0, JSON_FIELDS | JSON_DIGESTS, NULL, compare_export},

    {"support", "", "all that one who helps from afar needs to know, without secrets", GROUP_SCRIPT,
     0, 0, 0, 0, 0, NULL, NULL, support_run,
     .more = "    halvardctl support > director1.txt\n"
	     "States, the change log, what was set at run time, what is in force, interfaces, routes, the\n"
	     "kernel's table, the journal. Not in it: passwords, the configuration file, command lines of\n"
	     "scripts. It needs no daemon."},
    {"help", "[COMMAND]", "what a command does and takes", GROUP_SCRIPT, 0, 1,
     0, NAMES_COMMAND, 0, NULL, NULL, help_run},
    {"schema", "", "the JSON Schema of everything that --json prints", GROUP_SCRIPT, 0, 0,
     0, 0, 0, NULL, NULL, json_schema_run},
    {"complete", "[WORD...]", "the words that may stand in the place of the last one",
     GROUP_SCRIPT, 0, 99, 0, 0, 0, NULL, NULL, complete_run},
    {NULL},
};
/* clang-format on */
