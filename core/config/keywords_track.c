/*
 * keywords_track: what instances track (scripts, files, processes, interfaces, BFD sessions), and
 * the blocks of the file that belong to no instance: static addresses, groups, links.
 */
#include "config/keyword_rows.h"
#include "config/lines_route.h"
#include "config/special_garp.h"
#include "config/special_track.h"

/* ---- tracked objects ------------------------------------------------- */

#define SCRIPT(member)  T_VRRP_SCRIPT, offsetof(struct vrrp_script_row, member)
#define FILE_(member)   T_TRACK_FILE, offsetof(struct track_file_row, member)
#define PROCESS(member) T_TRACK_PROCESS, offsetof(struct track_process_row, member)

static const struct keyword script_keywords[] = {
    {"script", NULL, false, SCRIPT(script), CONV_TEXT, .always = true, .special = special_command,
     .help = "Command that is run; what counts is its exit status."},
    {"interval", NULL, false, SCRIPT(interval_ms), CONV_SECONDS, .help = "Seconds between runs."},
    {"timeout", NULL, false, SCRIPT(timeout_ms), CONV_SECONDS, 1, 86400000,
     .help = "Seconds that a run may take; the interval by default."},
    {"weight", NULL, false, SCRIPT(weight), CONV_NUMBER, .always = true, .special = special_weight,
     .print = print_script_weight,
     .help = "Priority that success adds or failure takes; 0 for a fault. reverse turns it."},
    {"rise", NULL, false, SCRIPT(rise), CONV_NUMBER, .help = "Successes until it counts as up."},
    {"fall", NULL, false, SCRIPT(fall), CONV_NUMBER, .help = "Failures until it counts as down."},
    {"user", NULL, false, SCRIPT(user), CONV_TEXT, .special = special_user, .print = print_user,
     .help = "User, and group, that run it; script_user by default."},
    {"init_fail", NULL, false, SCRIPT(init_fail), CONV_FLAG, .alone = true,
     .help = "It counts as down until it has run."},
    {0},
};

const struct block block_vrrp_script = {
    .name = "vrrp_script",
    .words = "NAME",
    .keywords = script_keywords,
    .enter = enter_named,
    .named = T_VRRP_SCRIPT,
};

static const struct enum_name matches[] = {
    {PARAM_MATCH_INITIAL, "initial"}, {PARAM_MATCH_PARTIAL, "partial"}, {0}};

static const struct keyword process_keywords[] = {
    {"process", NULL, false, PROCESS(process), CONV_TEXT, .always = true,
     .special = special_process, .print = print_process,
     .help = "Name of the process, and its parameters."},
    {"param_match", NULL, false, PROCESS(param_match), CONV_CHOICE, .choices = matches,
     .special = special_param_match, .print = print_param_match,
     .help =
	 "Parameters: the first of them only, or the last of these only begun. Bare: no others."},
    {"weight", NULL, false, PROCESS(weight), CONV_NUMBER, .always = true, .special = special_weight,
     .print = print_process_weight,
     .help = "Priority that it adds or takes; 0 for a fault. reverse turns it."},
    {"quorum", NULL, false, PROCESS(quorum), CONV_NUMBER, .help = "Fewest processes."},
    {"quorum_max", NULL, false, PROCESS(quorum_max), CONV_NUMBER,
     .help = "Most processes; any number by default."},
    {"fork_delay", NULL, false, PROCESS(fork_delay_ms), CONV_SECONDS,
     .help = "Seconds until enough of them count."},
    {"terminate_delay", NULL, false, PROCESS(terminate_delay_ms), CONV_SECONDS,
     .help = "Seconds until too few of them count."},
    {"delay", NULL, false, PROCESS(fork_delay_ms), CONV_SECONDS, .special = special_delay,
     .print = print_never, .help = "Both of these."},
    {"full_command", NULL, false, PROCESS(full_command), CONV_FLAG, .alone = true,
     .help = "Compare the command line, not the name that the kernel has."},
    {0},
};

const struct block block_track_process = {
    .name = "vrrp_track_process",
    .words = "NAME",
    .keywords = process_keywords,
    .enter = enter_named,
    .named = T_TRACK_PROCESS,
};

static const struct keyword file_keywords[] = {
    {"file", NULL, false, FILE_(file), CONV_TEXT, .always = true,
     .help = "Path of the file, which holds a number."},
    {"weight", NULL, false, FILE_(weight), CONV_NUMBER, .always = true, .special = special_weight,
     .print = print_file_weight, .help = "What the number is multiplied by. reverse turns it."},
    {"init_file", NULL, false, FILE_(init_file), CONV_FLAG, .special = special_init_file,
     .print = print_init_file,
     .help = "[VALUE] [overwrite]: number that is written at start, if the file is not there."},
    {0},
};

const struct block block_track_file = {
    .name = "track_file",
    .words = "NAME",
    .keywords = file_keywords,
    .enter = enter_named,
    .named = T_TRACK_FILE,
};

static const struct keyword bfd_keywords[] = {
    LATER("neighbor_ip", 1, 1, "Address of the other end."),
    ALSO("neighbour_ip", "neighbor_ip"),
    LATER("source_ip", 1, 1, "Address to send from."),
    LATER("min_rx", 1, 1, "Shortest interval of reception in ms; 10."),
    LATER("min_tx", 1, 1, "Shortest interval of sending in ms; 10."),
    LATER("idle_tx", 1, 1, "Interval of sending while down in ms; 1000."),
    LATER("multiplier", 1, 1, "Intervals without a packet until it is down; 5."),
    LATER("passive", 0, 0, "Wait for the other end to begin."),
    LATER("ttl", 1, 1, "Time to live of IPv4 packets; 255."),
    LATER("hoplimit", 1, 1, "Hop limit of IPv6 packets; 64."),
    LATER("max_hops", 1, 1, "Routers that a packet may have passed; 0."),
    LATER("multihop", 0, 1, "Use the port for more than one hop."),
    LATER("weight", 1, 2, "Priority that it adds or takes; 0 for a fault."),
    LATER("vrrp", 0, 0, "Tell VRRP about it."),
    LATER("checker", 0, 0, "Tell the checks of real servers about it."),
    {0},
};

const struct block block_bfd_instance = {
    .name = "bfd_instance",
    .words = "NAME",
    .keywords = bfd_keywords,
};

static const struct keyword weight_options[] = {
    LATER("weight", 1, 1, "Priority that it adds or takes; its own by default."),
    LATER("reverse", 0, 0, "Success takes, failure adds."),
    LATER("noreverse", 0, 0, "Not so, whatever its own weight says."),
    {0},
};

#define TRACK(member) T_TRACK, offsetof(struct track_row, member)

static const struct keyword plain_options[] = {
    {"weight", NULL, false, TRACK(weight), CONV_NUMBER,
     .help = "Priority that it adds, or takes when negative; with 0 failure is a fault."},
    {"reverse", NULL, false, TRACK(reverse), CONV_FLAG, .alone = true,
     .help = "Success takes, failure adds; with weight 0 success is a fault."},
    {0},
};

const struct block block_track_interface = {
    .name = "track_interface",
    .shares = true,
    .line = line_tracked,
    .options = plain_options,
    .syntax = "INTERFACE OPTION...",
};

/* Of what is defined elsewhere, with a weight of its own. */
static const struct keyword defined_options[] = {
    {"weight", NULL, false, TRACK(weight), CONV_NUMBER, .help = "Instead of its own weight."},
    {"reverse", NULL, false, TRACK(reverse), CONV_FLAG, .alone = true,
     .help = "Success takes, failure adds; with weight 0 success is a fault."},
    {"noreverse", NULL, false, TRACK(reverse), CONV_UNFLAG, .alone = true,
     .help = "Not so, whatever its own weight says."},
    {0},
};

/* clang-format off */
#define TRACKS(member, keyword)                                                                    \
const struct block member = {                                                                      \
    .name = keyword,                                                                               \
    .shares = true,                                                                                \
    .line = line_tracked,                                                                          \
    .options = defined_options,                                                                    \
    .syntax = "NAME OPTION...",                                                                    \
}
/* clang-format on */
TRACKS(block_tracks_script, "track_script");
TRACKS(block_tracks_file, "track_file");
TRACKS(block_tracks_process, "track_process");

const struct block block_track_virtual_server = {
    .name = "track_virtual_server",
    .shares = true,
    .line = line_tracked,
    .options = plain_options,
    .syntax = "NAME OPTION...",
};

static const struct block *const track_blocks[] = {
    [TRACK_INTERFACE] = &block_track_interface,
    [TRACK_SCRIPT] = &block_tracks_script,
    [TRACK_FILE] = &block_tracks_file,
    [TRACK_PROCESS] = &block_tracks_process,
    [TRACK_VIRTUAL_SERVER] = &block_track_virtual_server,
};

const struct block *track_block_of(int kind)
{
	size_t n = sizeof(track_blocks) / sizeof(track_blocks[0]);

	return kind >= 0 && (size_t)kind < n ? track_blocks[kind] : NULL;
}

const char *track_block(int kind)
{
	const struct block *b = track_block_of(kind);

	return b ? b->name : "track";
}

const struct block block_tracked = {
    .name = "what is tracked",
    .line = line_later,
    .options = weight_options,
    .syntax = "NAME OPTION...",
};

/* ---- the director's own addresses, routes, links --------------------- */

const struct block block_static_ipaddress = {
    .name = "static_ipaddress",
    .line = line_address,
    .options = static_address_options,
    .syntax = "ADDRESS[/PREFIX] OPTION...",
};

const struct block block_static_routes = {
    .name = "static_routes",
    .line = line_route,
    .syntax = ROUTE_SYNTAX " [track_group NAME]",
};

const struct block block_static_rules = {
    .name = "static_rules",
    .line = line_rule,
    .syntax = RULE_SYNTAX " [track_group NAME]",
};

static const struct keyword track_group_keywords[] = {
    {"group", .block = &block_sync_members, .help = "Names of the instances."},
    {0},
};

const struct block block_track_group = {
    .name = "track_group",
    .words = "NAME",
    .keywords = track_group_keywords,
    .enter = enter_named,
    .named = T_TRACK_GROUP_MEMBER,
};

#define GROUPED(member) T_GARP_GROUP, offsetof(struct garp_group_row, member)

static const struct block block_garp_interfaces = {
    .name = "interfaces",
    .shares = true,
    .line = line_garp_interfaces,
    .syntax = "INTERFACE...",
};

static const struct keyword garp_group_keywords[] = {
    {"garp_interval", NULL, false, GROUPED(garp_interval_us), CONV_SECONDS, 1, UINT32_MAX,
     .help = "Seconds between gratuitous ARPs."},
    {"gna_interval", NULL, false, GROUPED(gna_interval_us), CONV_SECONDS,
     .help = "Seconds between neighbour advertisements."},
    {"interface", NULL, false, GROUPED(interface), CONV_TEXT, .special = special_garp_interface,
     .print = print_never, .help = "Interface that this is for."},
    {"interfaces", .block = &block_garp_interfaces, .help = "Interfaces that share the pace."},
    {0},
};

const struct block block_garp_group = {
    .name = "garp_group",
    .keywords = garp_group_keywords,
    .enter = enter_garp_group,
};

const struct block block_linkbeat_interfaces = {
    .name = "linkbeat_interfaces",
    .line = line_linkbeat,
    .syntax = "INTERFACE [MII|ETHTOOL|IOCTL]",
};

const struct block block_up_down_delays = {
    .name = "interface_up_down_delays",
    .line = line_delays,
    .syntax = "INTERFACE DOWN [UP]",
};
