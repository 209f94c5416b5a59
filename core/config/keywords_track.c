/*
 * keywords_track: what instances track (scripts, files, processes, interfaces, BFD sessions), and
 * the blocks of the file that belong to no instance: static addresses, groups, links.
 */
#include "config/keyword_rows.h"
#include "config/parse.h"

/* ---- tracked objects ------------------------------------------------- */

static const struct keyword script_keywords[] = {
    LATER("script", 1, WORDS_ANY, "Command that is run; what counts is its exit status."),
    LATER("interval", 1, 1, "Seconds between runs; 1."),
    LATER("timeout", 1, 1, "Seconds that a run may take; the interval."),
    LATER("weight", 1, 2, "Priority that success adds or failure takes; 0 for a fault."),
    LATER("rise", 1, 1, "Successes until it counts as up; 1."),
    LATER("fall", 1, 1, "Failures until it counts as down; 1."),
    LATER("user", 1, 3, "User and group that run it."),
    LATER("init_fail", 0, 0, "It counts as down until it has run."),
    {0},
};

const struct block block_vrrp_script = {
    .name = "vrrp_script",
    .words = "NAME",
    .keywords = script_keywords,
};

static const struct keyword process_keywords[] = {
    LATER("process", 1, WORDS_ANY, "Name of the process, and its arguments."),
    LATER("param_match", 0, 1, "How the arguments are compared: initial or partial."),
    LATER("weight", 1, 2, "Priority that it adds or takes; 0 for a fault."),
    LATER("quorum", 1, 1, "Fewest processes; 1."),
    LATER("quorum_max", 1, 1, "Most processes."),
    LATER("fork_delay", 1, 1, "Seconds until a new process counts."),
    LATER("terminate_delay", 1, 1, "Seconds until one that ended counts."),
    LATER("delay", 1, 1, "Both of these."),
    LATER("full_command", 0, 0, "Compare the whole command line."),
    {0},
};

const struct block block_track_process = {
    .name = "vrrp_track_process",
    .words = "NAME",
    .keywords = process_keywords,
};

static const struct keyword file_keywords[] = {
    LATER("file", 1, 1, "Path of the file, which holds a number."),
    LATER("weight", 1, 2, "What the number is multiplied by; 1."),
    LATER("init_file", 0, 2, "Number that is written at start, if the file is not there."),
    {0},
};

const struct block block_track_file = {
    .name = "track_file",
    .words = "NAME",
    .keywords = file_keywords,
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

const struct block block_track_virtual_server = {
    .name = "track_virtual_server",
    .shares = true,
    .line = line_tracked,
    .options = plain_options,
    .syntax = "NAME OPTION...",
};

static const struct block *const track_blocks[] = {
    [TRACK_INTERFACE] = &block_track_interface,
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
    .line = line_later,
    .syntax = ROUTE_SYNTAX " [track_group NAME]",
};

const struct block block_static_rules = {
    .name = "static_rules",
    .line = line_later,
    .syntax = RULE_SYNTAX " [track_group NAME]",
};

static const struct block block_names = {
    .name = "a list of names",
    .line = line_later,
    .syntax = "NAME...",
};

static const struct keyword track_group_keywords[] = {
    LATER_BLOCK("group", &block_names, 0, WORDS_ANY, "Names of the instances."),
    {0},
};

const struct block block_track_group = {
    .name = "track_group",
    .words = "NAME",
    .keywords = track_group_keywords,
};

static const struct keyword garp_group_keywords[] = {
    LATER("garp_interval", 1, 1, "Seconds between gratuitous ARPs."),
    LATER("gna_interval", 1, 1, "Seconds between neighbour advertisements."),
    LATER("interface", 1, 1, "Interface that this is for."),
    LATER_BLOCK("interfaces", &block_names, 0, WORDS_ANY, "Interfaces that share the pace."),
    {0},
};

const struct block block_garp_group = {
    .name = "garp_group",
    .keywords = garp_group_keywords,
};

const struct block block_linkbeat_interfaces = {
    .name = "linkbeat_interfaces",
    .line = line_later,
    .syntax = "INTERFACE [MII|ETHTOOL|IOCTL]",
};

const struct block block_up_down_delays = {
    .name = "interface_up_down_delays",
    .line = line_later,
    .syntax = "INTERFACE DOWN [UP]",
};
