"""A wire with faults: a thread that carries frames between two directors, or not.

It takes their ends out of the bridge and stands between, so that what is lost is decided here,
frame by frame and by a seed, whatever the kernel has or lacks.
"""
import random
import select
import socket
import threading

from .space import ip_batch

VRRP = 112


def is_vrrp(frame):
    return (frame[12:14] == b"\x08\x00" and frame[23] == VRRP) or \
        (frame[12:14] == b"\x86\xdd" and frame[20] == VRRP)


class Middle:
    """loss: by sender (0 or 1), the share of its frames that is lost; 1 is a cut."""

    def __init__(self, directors, seed=1):
        self.ends = ["v-" + d.name for d in directors]
        self.loss = [0.0, 0.0]
        self.lost = [0, 0]
        self.dice = random.Random(seed)
        ip_batch(["link set %s nomaster" % e for e in self.ends]
                 + ["link set %s promisc on" % e for e in self.ends])
        self.sockets = [self._open(e) for e in self.ends]
        self.over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @staticmethod
    def _open(device):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.bind((device, 3))
        s.setblocking(False)
        return s

    def cut(self, *senders):
        """What these send is lost; of the others nothing."""
        self.loss = [1.0 if n in senders else 0.0 for n in (0, 1)]

    def _run(self):
        while not self.over:
            for s in select.select(self.sockets, [], [], 0.1)[0]:
                self._carry(self.sockets.index(s))

    def _carry(self, sender):
        try:
            frame, where = self.sockets[sender].recvfrom(9000)
        except OSError:  # nothing there, or the device is down
            return
        if where[2] == socket.PACKET_OUTGOING:
            return
        if self.dice.random() < self.loss[sender]:
            self.lost[sender] += is_vrrp(frame)
            return
        try:
            self.sockets[1 - sender].send(frame)
        except OSError:
            pass

    def close(self):
        self.over = True
        self.thread.join()
        for s in self.sockets:
            s.close()
