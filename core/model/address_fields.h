/*
 * address_fields: the fields that addresses of virtual routers and static ones share. In each list
 * of fields they stand in this order, with what only one of them has around them.
 */
#ifndef MODEL_ADDRESS_FIELDS_H
#define MODEL_ADDRESS_FIELDS_H

#include "model/field.h"

/* clang-format off */
#define ADDRESS_FIELDS(born, dev_min, dev_help)                                                    \
    STR(address, F_KEY, 1, "The address without its prefix length."),                              \
    ADDR(addr, F_CONFIG, "The address as a value."),                                               \
    U8(prefix_len, F_CONFIG | born, 0, 128, 32, NULL, "Prefix length."),                           \
    STR(dev, F_CONFIG | born, dev_min, dev_help),                                                  \
    STR(label, F_CONFIG, 0, "Label of the address."),                                              \
    ENUM(scope, F_CONFIG, addr_scope_names, SCOPE_GLOBAL, "Scope of the address."),                \
    ADDR(broadcast, F_CONFIG, "Broadcast address."),                                               \
    BOOL(broadcast_set, F_CONFIG, false,                                                           \
         "Whether there is a broadcast address; computed when none is given.")

#define ADDRESS_OPTION_FIELDS                                                                      \
    ADDR(peer, F_CONFIG, "Address of the other end of a point-to-point link."),                    \
    BOOL(home, F_CONFIG, false, "Whether it is the home address of Mobile IPv6."),                 \
    BOOL(detect_duplicates, F_CONFIG, false,                                                       \
         "Whether the kernel looks for another owner of an IPv6 address before it is used."),      \
    BOOL(manage_temporary, F_CONFIG, false,                                                        \
         "Whether the kernel makes temporary IPv6 addresses after this one."),                     \
    BOOL(no_prefix_route, F_CONFIG, false,                                                         \
         "Whether there is no route to the network of the address."),                              \
    BOOL(join_group, F_CONFIG, false, "Join the multicast group that is the address."),            \
    U32(preferred_lft_s, F_CONFIG, 0, UINT32_MAX, LFT_FOREVER, "s",                                \
        "Time until an IPv6 address is deprecated; 4294967295 for never."),                        \
    BOOL(no_track, F_CONFIG, false,                                                                \
         "It does not matter when it is removed, or its interface goes down.")

#define ADDRESS_STATE_FIELDS                                                                       \
    BOOL(present, F_STATE, false, "Whether the kernel has it now."),                               \
    GAUGE32(ifindex, NULL, "Index of the interface that carries it.")
/* clang-format on */

#endif
