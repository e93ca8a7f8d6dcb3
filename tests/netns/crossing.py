# SPDX-License-Identifier: BSD-2-Clause
"""What tests share that put packets on tercet's wire by hand: TCP segments, and the wire in a private namespace."""
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
PORT = 7000


def checksum(octets):
    """That of RFC 1071."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def address_octets(address):
    return socket.inet_pton(socket.AF_INET6 if ':' in address else socket.AF_INET, address)


class Segment:
    """A TCP segment as it was on the wire."""

    def __init__(self, packet):
        self.packet = packet
        self.is_v6 = packet[0] >> 4 == 6
        at = 40 if self.is_v6 else (packet[0] & 15) * 4
        self.is_tcp = len(packet) >= at + 20 and packet[6 if self.is_v6 else 9] == 6
        if self.is_tcp:
            self.source_port, self.port, self.seq, self.ack = struct.unpack_from('!HHII', packet, at)
            self.flags = packet[at + 13]
            self.data = packet[at + (packet[at + 12] >> 4) * 4:]


class Talker:
    """A TCP end that says what it is told to: numbers are the caller's business."""

    def __init__(self, wire, source, destination, port):
        self.wire, self.source, self.destination, self.port = wire, source, destination, port

    def say(self, flags, seq, ack=0, data=b''):
        source, destination = address_octets(self.source), address_octets(self.destination)
        tcp = bytearray(struct.pack('!HHIIBBHHH', PORT, self.port, seq & 0xffffffff, ack & 0xffffffff, 5 << 4, flags, 65535, 0, 0) + data)
        struct.pack_into('!H', tcp, 16, checksum(source + destination + struct.pack('!II', len(tcp), 6) + tcp))
        if len(source) == 16:
            head = struct.pack('!IHBB', 6 << 28, len(tcp), 6, 64)
        else:
            head = bytearray(struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0))
            struct.pack_into('!H', head, 10, checksum(head + source + destination))
        self.wire.send(bytes(head) + source + destination + bytes(tcp))


class Wire:
    """All that tercet says, from inside its private namespace; the kernel there knows nothing of our address."""

    def __init__(self, host):
        self.host = host
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.bind(('tercet0', 3))
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        self.listener = socket.create_server(('', PORT), family=family)  # tells tercet that it may begin

    def send(self, packet):
        self.socket.sendto(packet, ('tercet0', 0x86dd if packet[0] >> 4 == 6 else 0x0800, 0, 0, b''))

    def hear(self):
        """The next segment that tercet sends to our address."""
        while True:
            packet, where = self.socket.recvfrom(65536)
            if where[2] == socket.PACKET_OUTGOING:
                continue
            segment = Segment(packet)
            if segment.is_tcp and segment.port == PORT:
                return segment


def kernel_beside(host):
    """From now on this process lives in a namespace of its own, whose kernel has the address: the device that leads to it."""
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), 'unshare')
    device = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(device, 0x400454ca, struct.pack('16sH22x', b'peer0', 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    prefix = '/64' if ':' in host else '/24'
    subprocess.run(('ip', 'addr', 'add', host + prefix, *(('nodad',) if ':' in host else ()), 'dev', 'peer0'), check=True)
    subprocess.run(('ip', 'link', 'set', 'peer0', 'up'), check=True)
    return device


def kernel_says(device):
    """The next segment that the kernel beside us sends."""
    while True:
        segment = Segment(os.read(device, 65536))
        if segment.is_tcp:
            return segment


def carry(wire, device, until):
    """Packets go both ways, until there is something to read from a socket."""
    while True:
        ready, _, _ = select.select((wire.socket, device, until), (), ())
        if wire.socket in ready:
            os.write(device, wire.hear().packet)
        if device in ready:
            wire.send(kernel_says(device).packet)
        if until in ready:
            return
