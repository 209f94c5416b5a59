"""What RFC 9568 and RFC 3768 ask of a router, item by item, and where who deviates.

The tests of test_vrrp_conformance.py hold both programs against this: a deviation that is not
written here fails, and so does one that is written and no longer there. docs/conformance.md is
printed from it (tests/lint/conformance.py).
"""

VARIANTS = {"v2-ipv4": "version 2, IPv4", "v3-ipv4": "version 3, IPv4", "v3-ipv6": "version 3, IPv6",
            "vmac-ipv4": "version 3, IPv4, with `use_vmac`", "vmac-ipv6": "version 3, IPv6, with `use_vmac`"}
ALL = ("v2-ipv4", "v3-ipv4", "v3-ipv6")
V4 = ("v2-ipv4", "v3-ipv4")
V3 = ("v3-ipv4", "v3-ipv6")
VMAC = ("vmac-ipv4", "vmac-ipv6")

PROGRAMS = {"halvard": "Halvard", "keepalived": "keepalived 2.2.7 (Debian 12)"}

# Test: variants, and what is asked. The first word of a test's name is its item.
ITEMS = {
    "T1_ttl_255": (ALL + VMAC, "Sent with TTL or hop limit 255."),
    "T2_group_and_protocol": (ALL + VMAC, "Sent to 224.0.0.18 or ff02::12 (and its hardware address), protocol 112."),
    "T3_source_is_the_primary_address": (ALL, "The source is the primary IPv4 address, or the link-local IPv6 address, of the interface."),
    "T4_source_is_the_virtual_mac": (VMAC, "The source MAC address is 00-00-5E-00-01-VRID, of IPv6 00-00-5E-00-02-VRID."),
    "T5_reserved_bits_are_zero": (V3, "The four reserved bits before the interval are sent as zero."),
    "T6_checksum": (ALL, "The checksum is over the message: of IPv6 with the pseudo-header, of IPv4 without (`v3_checksum_as_v2`)."),
    "T6_checksum_by_default": (("v3-ipv4",), "The checksum of RFC 9568 is sent unless something else is configured."),
    "T7_first_address_is_link_local": (("v3-ipv6",), "The first IPv6 address is link-local, and all are IPv6."),
    "T8_priority_of_the_owner": (ALL, "An owner sends priority 255."),
    "T8_priority_of_others": (ALL, "Any other sends what is configured, 1 to 254."),
    "T9_count_and_addresses": (ALL, "There is at least one address, and all of them are sent."),
    "T10_announced_when_present": (ALL + VMAC, "An address is not announced before the router has it."),
    "R1_ttl_not_255": (ALL, "Received with another TTL: discarded."),
    "R2_another_version": (ALL, "Received with another version: discarded."),
    "R3_another_type": (ALL, "Received with a type that is not 1: discarded."),
    "R4_too_short": (ALL, "Received shorter than its count of addresses says: discarded."),
    "R5_wrong_checksum": (ALL, "Received with a wrong checksum: discarded."),
    "R5_both_checksums": (("v3-ipv4",), "Both checksums that IPv4 is sent with are understood (not asked for: RFC 5798 was read both ways)."),
    "R6_vrid_of_another_interface": (ALL, "Received with a virtual router that is on another interface only: discarded."),
    "R7_no_address": (ALL, "Received with a count of 0: discarded (erratum 8299)."),
    "R8_interval_0": (ALL, "Received with an interval of 0: discarded (erratum 8301)."),
    "R9_first_address_is_not_link_local": (("v3-ipv6",), "Received with a first IPv6 address that is not link-local: discarded (erratum 8300)."),
    "R9_list_in_another_order": (("v3-ipv6",), "So is one whose list is right, but in another order."),
    "R10_reserved_bits_are_ignored": (V3, "The reserved bits are ignored on receipt."),
    "R11_another_interval": (ALL, "Received with another interval: version 2 discards it, version 3 adopts the interval."),
    "R12_another_list": (ALL, "Received with another list of addresses: used all the same (logged)."),
    "R13_second_owner": (ALL, "A second owner: not discarded (erratum 8298); the greater address wins."),
    "S1_owner_starts_as_active": (ALL, "An owner advertises and announces as soon as it starts."),
    "S1_others_wait": (ALL, "Any other is silent for Active_Down after the start."),
    "B1_backup_has_no_address": (ALL + VMAC, "A backup answers neither ARP, neighbour discovery nor ping for the address."),
    "B1_does_not_forward": (VMAC, "A backup drops what is sent to the virtual MAC address."),
    "B2_takeover_order": (ALL + VMAC, "When the timer ends: an advertisement, then an announcement of each address."),
    "B3_resignation": (ALL, "Priority 0 is followed after Skew_Time."),
    "B4_higher_priority": (ALL, "A higher or equal priority restarts the timer with the interval received."),
    "B4_equal_priority": (ALL, "So does an equal priority, whatever the address."),
    "B4_no_preempt": (ALL, "So does a lower priority without preemption."),
    "B5_lower_priority": (ALL, "With preemption a lower priority is discarded and the timer runs on."),
    "B6_backup_ends_silently": (ALL + VMAC, "A backup that is shut down sends nothing."),
    "A1_answers_for_the_address": (ALL + VMAC, "The active router answers ARP or neighbour discovery, and ping, for the address."),
    "A1_no_router_advertisements": (ALL, "It sends no router advertisements."),
    "A1_only_with_the_virtual_mac": (VMAC, "Answers and announcements name the virtual MAC address and never the real one."),
    "A2_forwards": (VMAC, "It forwards what is sent to the virtual MAC address for somebody else."),
    "A3_no_accept": (V3, "Without accept mode (`no_accept`) it takes no packets for the address, but neighbour discovery goes on."),
    "A3_no_accept_of_the_owner": (V3, "The owner takes them all the same."),
    "A4_interval": (ALL, "It advertises each interval."),
    "A5_answers_a_resignation": (ALL, "Priority 0 is answered at once, and the timer restarts."),
    "A6_higher_priority": (ALL + VMAC, "A higher priority makes it a backup, with the interval received."),
    "A6_equal_priority_greater_address": (ALL, "So does an equal priority from a greater address."),
    "A6_equal_priority_lesser_address": (ALL, "It stays active when an equal priority comes from a lesser address."),
    "A7_losing_advertisement": (ALL, "A losing advertisement is discarded and answered at once."),
    "A8_resigns": (ALL + VMAC, "When it is shut down it sends priority 0 and gives the addresses up."),
    "SHOULD_log_limited": (ALL, "What is discarded is logged, but not each packet."),
    "SHOULD_tell_another_interval": (ALL, "Another interval is told to the operator,"),
    "SHOULD_tell_another_list": (ALL, "and another list of addresses,"),
    "SHOULD_tell_second_owner": (ALL, "and a second owner,"),
    "SHOULD_tell_equal_priority": (ALL, "and another router of the same priority."),
    "SHOULD_survive_what_was_never_vrrp": (ALL, "Random octets of protocol 112 change nothing."),
}

# (program, test): {variant: what it does instead}.
DEVIATIONS = {
    ("halvard", "T6_checksum_by_default"): {
        "v3-ipv4": "the pseudo-header is in the sum, as keepalived and FRR have it: a pair with one of them"
                   " must work without a setting. `v3_checksum_as_v2` sends what RFC 9568 says"},
    ("keepalived", "T6_checksum_by_default"): {"v3-ipv4": "the pseudo-header is in the sum"},
    ("keepalived", "T6_checksum"): {"v3-ipv4": "this version does not know the keyword; the pseudo-header is in the sum"},
    ("halvard", "B1_does_not_forward"): {
        "vmac-ipv6": "Linux forwards IPv6 by a setting of the whole machine; a switch has learned the active router's"
                     " port and sends a backup no such frame"},
    ("keepalived", "B1_does_not_forward"): dict.fromkeys(
        VMAC, "its interface forwards in either state; a switch sends a backup no such frame"),
    ("keepalived", "A1_answers_for_the_address"): {
        "vmac-ipv4": "interfaces of IPv6 routers answer ARP too, with their own MAC address"},
    ("keepalived", "A1_only_with_the_virtual_mac"): {"vmac-ipv4": "the same"},
    ("halvard", "R9_list_in_another_order"): {
        "v3-ipv6": "it is used: keepalived sends what its file says, in the order of the file, and two routers"
                   " with one list must agree who is master"},
    ("keepalived", "R5_both_checksums"): {"v3-ipv4": "a sum without the pseudo-header is refused"},
    ("keepalived", "R8_interval_0"): dict.fromkeys(V3, "it is taken"),
    ("keepalived", "R9_list_in_another_order"): {"v3-ipv6": "it is used"},
    ("keepalived", "R12_another_list"): dict.fromkeys(ALL, "discarded, so that both are active"),
    ("keepalived", "R13_second_owner"): dict.fromkeys(ALL, "it lowers its own priority to 254 and gives way"),
    ("keepalived", "SHOULD_tell_equal_priority"): dict.fromkeys(ALL, "it says that the priority is lower"),
    ("keepalived", "SHOULD_log_limited"): dict.fromkeys(ALL, "a line for each packet"),
}

# Items of the RFC that no test is for, and why.
NOTES = {
    "A1": "a director is no router for its clients, so it sends no router advertisements (6.4.3 asks routers for them)",
    "A1, IPv6": "with `use_vmac` a link-local virtual address wants its prefix (`fe80::1/64`): without it nothing on its"
                " interface leads back to link-local clients",
    "A3": "a virtual address is a service address: accept mode is true unless the configuration says otherwise",
    "8.4.2": "version 2 and 3 at once, for upgrades, is not offered: one instance has one version",
}


# ---- the report ---------------------------------------------------------------

HEAD = """# Conformance of VRRP

What RFC 9568 and RFC 3768 ask of a router, and what Halvard and {keepalived} do about it: each
line is a test of `tests/netns/test_vrrp_conformance.py`, which makes the packets itself and judges by the
kernel's addresses and by the frames on the wire, never by what a program says of itself. Both programs
are given the same configuration and the same packets; the tests fail when either does something else than
stands here.

T is for sending, R for receiving, S for the start, B for a backup, A for the active router (master).
Variants: {variants}.

| item | what is asked | variants | Halvard | keepalived |
|---|---|---|---|---|
"""


def _cell(program, name, notes):
    found = DEVIATIONS.get((program, name))
    if not found:
        return "yes"
    numbers = []
    for text in dict.fromkeys(found.values()):
        where = [v for v, t in found.items() if t == text]
        line = "%s, %s (%s): %s." % (name.split("_")[0], PROGRAMS[program].split()[0], ", ".join(where), text)
        if line not in notes:
            notes.append(line)
        numbers.append("[%d]" % (notes.index(line) + 1))
    some = set(found) != set(ITEMS[name][0])
    return ("in part " if some else "no ") + " ".join(numbers)


def render():
    """docs/conformance.md."""
    lines, notes = [], []
    for name, (variants, text) in ITEMS.items():
        lines.append("| %s | %s | %s | %s |" % (name.split("_")[0], text, ", ".join(variants), " | ".join(
            _cell(p, name, notes) for p in PROGRAMS)))
    head = HEAD.format(keepalived=PROGRAMS["keepalived"],
                       variants="; ".join("%s is %s" % v for v in VARIANTS.items()))
    parts = [head + "\n".join(lines), "Deviations:",
             "\n".join("%d. %s" % n for n in enumerate(notes, 1))]
    if NOTES:
        parts += ["Not among these:", "\n".join("- %s: %s" % n for n in NOTES.items())]
    return "\n\n".join(parts) + "\n"
