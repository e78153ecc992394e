"""Packets of the wire as a device sends them, made from docs/trace-format.md
alone, and taken apart again."""

import struct
import zlib

EVENTS, ABOUT, HOST = 1, 2, 8


def cobs(data):
    """Bytes without zeros."""
    parts = data.split(b"\0")
    return b"".join(bytes([len(part) + 1]) + part for part in parts)


def framed(data):
    """The decoded contents of a packet as they go over the wire, with a right CRC."""
    return b"\0" + cobs(data + struct.pack("<I", zlib.crc32(data))) + b"\0"


def changed(data, version=None, sequence=None, events=None, time_us=None):
    """The contents of a packet with another header."""
    data = bytearray(data)
    if version is not None:
        data[0] = version << 4 | data[0] & 15
    if sequence is not None:
        data[2] = sequence & 255
    if events is not None:
        data[3:7] = struct.pack("<I", events & 0xFFFFFFFF)
    if time_us is not None:
        data[9:15] = struct.pack("<Q", time_us)[:6]
    return bytes(data)


def events_before(data):
    return struct.unpack("<I", data[3:7])[0]


def time_of(data):
    return int.from_bytes(data[9:15], "little")


def uncobs(code):
    data = bytearray()
    at = 0
    while at < len(code):
        size = code[at]
        if size == 0 or at + size > len(code):
            return None
        data += code[at + 1 : at + size]
        at += size
        if at < len(code):
            data.append(0)
    return bytes(data)


def packet(sequence, body=b"", kind=EVENTS, events=0, time_us=None):
    """An EVENTS packet has no records here, whatever its body."""
    time_us = 1000 * sequence if time_us is None else time_us
    data = bytes([1 << 4 | kind, 0, sequence & 255])
    data += struct.pack("<IH", events, 0) + struct.pack("<Q", time_us)[:6] + body
    return framed(data)


def whole_packets(stream):
    """The decoded contents of every whole packet, the CRC left out."""
    found = []
    for piece in stream.split(b"\0"):
        data = uncobs(piece) if piece else None
        if data is None or len(data) < 19:
            continue
        if zlib.crc32(data[:-4]) == struct.unpack("<I", data[-4:])[0]:
            found.append(data[:-4])
    return found


def host_notes(stream):
    """The host packets, each as a dictionary."""
    notes = []
    for data in whole_packets(stream):
        if data[0] & 15 == HOST:
            lines = data[15:].decode().splitlines()
            notes.append(dict(line.split(" ", 1) for line in lines))
    return notes


def device_bytes(stream):
    """The stream without its host packets: what the device sent."""
    rest = stream
    for data in whole_packets(stream):
        if data[0] & 15 == HOST:
            code = b"\0" + cobs(data + struct.pack("<I", zlib.crc32(data))) + b"\0"
            before, found, after = rest.partition(code)
            assert found, "a host packet is not framed as documented"
            rest = before + after
    return rest
