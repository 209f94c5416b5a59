"""Frames of VRRP, ARP and neighbour discovery: built octet by octet and taken apart.

Nothing here looks at what Halvard or a library thinks of the formats, so that a mistake there is
not made twice. Addresses are text; a frame is what a packet socket takes and gives.
"""
import ipaddress
import socket
import struct
from dataclasses import dataclass, field

VRRP = 112
ICMPV6 = 58
GROUP = {4: "224.0.0.18", 6: "ff02::12"}
GROUP_MAC = {4: "01:00:5e:00:00:12", 6: "33:33:00:00:00:12"}
BROADCAST = "ff:ff:ff:ff:ff:ff"
NS, NA, RA = 135, 136, 134
ETH_IPV4, ETH_ARP, ETH_IPV6 = 0x0800, 0x0806, 0x86dd


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def mac_text(data):
    return data.hex(":")


def packed(address):
    return ipaddress.ip_address(address).packed


def family_of(address):
    return 6 if ":" in address else 4


def fold(data):
    """The sum of 16-bit words in ones' complement, inverted: a checksum, or 0 over a good one."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo_header(source, target, length, protocol):
    head = packed(source) + packed(target)
    return head + (struct.pack("!HH", protocol, length) if family_of(source) == 4 else
                   struct.pack("!IHBB", length, 0, 0, protocol))


# ---- VRRP -------------------------------------------------------------------

@dataclass
class Advert:
    """An advertisement as it is sent; what a test spoils it names."""
    vrid: int
    priority: int
    addresses: tuple
    version: int = 3
    interval: float = 1.0  # seconds
    source: str = "192.0.2.2"
    target: str = ""      # the group unless said otherwise
    ttl: int = 255
    kind: int = 1
    count: int = -1       # as many as there are
    reserved: int = 0     # 4 bits
    pseudo: bool = True
    wrong_sum: int = 0
    auth_type: int = 0
    auth_data: bytes = b"\0" * 8
    cut: int = 0          # octets missing at the end; the checksum is right for what is left

    def message(self):
        count = len(self.addresses) if self.count < 0 else self.count
        if self.version == 2:
            middle, tail = bytes([self.auth_type, round(self.interval)]), self.auth_data
            tail = tail if family_of(self.source) == 4 else b""
        else:
            middle, tail = struct.pack("!H", self.reserved << 12 | round(self.interval * 100)), b""
        head = bytes([self.version << 4 | self.kind, self.vrid, self.priority, count]) + middle
        body = b"".join(map(packed, self.addresses)) + tail
        body = body[:len(body) - self.cut] if self.cut else body
        length = len(head) + 2 + len(body)
        extra = b""
        if family_of(self.source) == 6 or (self.version != 2 and self.pseudo):
            extra = pseudo_header(self.source, self.to(), length, VRRP)
        total = fold(extra + head + b"\0\0" + body) ^ self.wrong_sum
        return head + struct.pack("!H", total) + body

    def to(self):
        return self.target or GROUP[family_of(self.source)]

    def frame(self, source_mac, target_mac=None):
        f = family_of(self.source)
        return ethernet(target_mac or GROUP_MAC[f], source_mac, ETH_IPV4 if f == 4 else ETH_IPV6,
                        ip(self.source, self.to(), VRRP, self.message(), self.ttl))


# ---- what carries it ----------------------------------------------------------

def ethernet(target_mac, source_mac, kind, payload):
    return mac_bytes(target_mac) + mac_bytes(source_mac) + struct.pack("!H", kind) + payload


def ip(source, target, protocol, payload, ttl=64):
    if family_of(source) == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, ttl) + packed(source) \
            + packed(target) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0xc0, 20 + len(payload), 0, 0, ttl, protocol, 0,
                       packed(source), packed(target))
    return head[:10] + struct.pack("!H", fold(head)) + head[12:] + payload


def arp_request(source_mac, source, target):
    return ethernet(BROADCAST, source_mac, ETH_ARP,
                    struct.pack("!HHBBH6s4s6s4s", 1, ETH_IPV4, 6, 4, 1, mac_bytes(source_mac),
                                packed(source), b"\0" * 6, packed(target)))


def solicited_node(target):
    return str(ipaddress.ip_address(packed("ff02::1:ff00:0")[:13] + packed(target)[13:]))


def multicast_mac(group):
    return mac_text(b"\x33\x33" + packed(group)[12:])


def icmp6(source, target, body, ttl=255):
    total = fold(pseudo_header(source, target, len(body), ICMPV6) + body)
    return ip(source, target, ICMPV6, body[:2] + struct.pack("!H", total) + body[4:], ttl)


def solicitation(source_mac, source, target):
    group = solicited_node(target)
    body = struct.pack("!BBHI16sBB6s", NS, 0, 0, 0, packed(target), 1, 1, mac_bytes(source_mac))
    return ethernet(multicast_mac(group), source_mac, ETH_IPV6, icmp6(source, group, body))


def echo(source_mac, target_mac, source, target):
    """An ICMP echo request (ping)."""
    if family_of(source) == 6:
        return ethernet(target_mac, source_mac, ETH_IPV6,
                        icmp6(source, target, struct.pack("!BBHHH", 128, 0, 0, 7, 7), 64))
    body = struct.pack("!BBHHH", 8, 0, 0, 7, 7)
    body = body[:2] + struct.pack("!H", fold(body)) + body[4:]
    return ethernet(target_mac, source_mac, ETH_IPV4, ip(source, target, 1, body))


# ---- what was heard -----------------------------------------------------------

@dataclass
class Heard:
    """One frame. kind: vrrp, arp, ns, na, ra, mld, echo-reply or other."""
    time: float
    kind: str
    source_mac: str
    target_mac: str
    source: str = ""
    target: str = ""
    ttl: int = 0
    message: bytes = b""
    # of VRRP
    version: int = 0
    vrid: int = 0
    priority: int = 0
    addresses: tuple = ()
    interval: float = 0.0
    # of ARP and neighbour discovery: whose address, at which hardware address
    about: str = ""
    at_mac: str = ""
    flags: str = ""     # of an NA: R, S, O
    present: bool = True  # the announced address was in the kernel when the frame was read
    more: dict = field(default_factory=dict)

    @property
    def gratuitous(self):
        return self.kind == "arp" and self.source == self.about

    def sums(self):
        """Which of the two checksums fit: a set of "message" and "pseudo"."""
        whole = pseudo_header(self.source, self.target, len(self.message), VRRP) + self.message
        return {n for n, d in (("message", self.message), ("pseudo", whole)) if fold(d) == 0}


def parse(time, data):
    kind, = struct.unpack("!H", data[12:14])
    h = Heard(time, "other", mac_text(data[6:12]), mac_text(data[:6]))
    if kind == ETH_ARP and len(data) >= 42:
        h.kind = "arp"
        h.source, h.about = socket.inet_ntoa(data[28:32]), socket.inet_ntoa(data[38:42])
        h.at_mac = mac_text(data[22:28])
        h.flags = "request" if data[21] == 1 else "reply"
    elif kind == ETH_IPV4 and len(data) >= 34:
        head = (data[14] & 15) * 4
        total, = struct.unpack("!H", data[16:18])
        h.source, h.target, h.ttl = socket.inet_ntoa(data[26:30]), socket.inet_ntoa(data[30:34]), data[22]
        _payload(h, data[23], data[14 + head:14 + total], 4)
    elif kind == ETH_IPV6 and len(data) >= 54:
        total, protocol, h.ttl = struct.unpack("!HBB", data[18:22])
        h.source = str(ipaddress.ip_address(data[22:38]))
        h.target = str(ipaddress.ip_address(data[38:54]))
        payload = data[54:54 + total]
        if protocol == 0 and len(payload) > 8:  # hop-by-hop options, of MLD
            protocol, payload = payload[0], payload[8 * (payload[1] + 1):]
        _payload(h, protocol, payload, 16)
    return h


def _payload(h, protocol, data, size):
    if protocol == VRRP and len(data) >= 8:
        h.kind, h.message = "vrrp", data
        h.version, h.vrid, h.priority = data[0] >> 4, data[1], data[2]
        h.addresses = tuple(str(ipaddress.ip_address(data[8 + size * n:8 + size * (n + 1)]))
                            for n in range(data[3]) if len(data) >= 8 + size * (n + 1))
        h.interval = data[5] if h.version == 2 else (struct.unpack("!H", data[4:6])[0] & 0xfff) / 100
    elif protocol == 1 and data[:1] == b"\0":
        h.kind = "echo-reply"
    elif protocol == ICMPV6 and data:
        h.kind = {NS: "ns", NA: "na", RA: "ra", 129: "echo-reply", 143: "mld", 131: "mld"}.get(data[0], "other")
        if h.kind in ("ns", "na") and len(data) >= 24:
            h.about = str(ipaddress.ip_address(data[8:24]))
            h.flags = "".join(c for n, c in enumerate("RSO") if data[4] & 0x80 >> n)
            h.at_mac = mac_text(data[26:32]) if len(data) >= 32 else ""
