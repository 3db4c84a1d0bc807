"""Leads programs of a node to a server that is at the other end of this program's standard input and output.

    python3 relay.py SOCKET

It listens at the unix socket SOCKET, and carries each connection in frames: type (1 byte), connection (4 bytes), length
(4 bytes, big-endian), and so many bytes. OPEN, DATA, END (no more comes from this side), RESET, CREDIT (the length is a
number of bytes that were taken; none follow), READY (it listens). Of one connection, no side sends more than WINDOW bytes
that were not taken yet. It ends, and SOCKET with it, with its standard input. Standard library, Python >= 3.6.
"""

import os
import selectors
import socket
import struct
import sys

OPEN, DATA, END, RESET, CREDIT, READY = range(1, 7)
HEAD = struct.Struct(">BII")
WINDOW = 256 * 1024
PIECE = 64 * 1024


class Connection:
    def __init__(self, number, sock):
        self.number, self.sock = number, sock
        self.credit = WINDOW  # what may be sent to the server
        self.waiting = bytearray()  # what is to be written to the program
        self.has_read_all = self.is_told_all = self.has_written_all = False


class Relay:
    def __init__(self, path):
        self.selector = selectors.DefaultSelector()
        self.connections = {}
        self.opened = 0
        self.received = bytearray()
        self.sending = bytearray()
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.path, self.born = path, os.stat(path).st_ino
        self.listener.listen(128)
        self.listener.setblocking(False)
        for descriptor in (0, 1):
            os.set_blocking(descriptor, False)
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.selector.register(0, selectors.EVENT_READ, self.receive)
        self.send(READY)

    def run(self):
        while True:
            for key, events in self.selector.select():
                key.data(events)

    def send(self, kind, number=0, length=0, data=b""):
        self.sending += HEAD.pack(kind, number, length or len(data)) + data
        self.flush()

    def flush(self, _events=None):
        try:
            while self.sending:
                del self.sending[: os.write(1, self.sending[:PIECE])]
        except BlockingIOError:
            pass
        self.watch(1, selectors.EVENT_WRITE if self.sending else 0, self.flush)

    def watch(self, file, events, call):
        known = file in self.selector.get_map()
        if events and known:
            self.selector.modify(file, events, call)
        elif events:
            self.selector.register(file, events, call)
        elif known:
            self.selector.unregister(file)

    def receive(self, _events):
        data = os.read(0, PIECE)
        if not data:
            sys.exit(0)
        self.received += data
        while len(self.received) >= HEAD.size:
            kind, number, length = HEAD.unpack_from(self.received)
            end = HEAD.size + (length if kind == DATA else 0)
            if len(self.received) < end:
                return
            payload = bytes(self.received[HEAD.size : end])
            del self.received[:end]
            connection = self.connections.get(number)
            if connection:
                self.take(connection, kind, length, payload)

    def take(self, connection, kind, length, payload):
        if kind == DATA:
            connection.waiting += payload
        elif kind == END:
            connection.is_told_all = True
        elif kind == CREDIT:
            connection.credit += length
        elif kind == RESET:
            return self.drop(connection)
        self.carry(connection, selectors.EVENT_WRITE)

    def accept(self, _events):
        try:
            sock, _ = self.listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        self.opened += 1
        connection = self.connections[self.opened] = Connection(self.opened, sock)
        self.send(OPEN, connection.number)
        self.carry(connection, 0)

    def carry(self, connection, events):
        # What was said on our side may just have dropped it, in the same round.
        if connection.number not in self.connections:
            return
        try:
            if events & selectors.EVENT_READ:
                self.read(connection)
            if connection.waiting or connection.is_told_all:
                self.write(connection)
        except BlockingIOError:
            pass
        except OSError:
            self.send(RESET, connection.number)
            return self.drop(connection)
        if connection.has_read_all and connection.has_written_all:
            return self.drop(connection)
        wanted = 0 if connection.has_read_all or connection.credit == 0 else selectors.EVENT_READ
        wanted |= selectors.EVENT_WRITE if connection.waiting else 0
        self.watch(connection.sock, wanted, lambda happened: self.carry(connection, happened))

    def read(self, connection):
        data = connection.sock.recv(min(PIECE, connection.credit)) if connection.credit else None
        if data == b"":
            connection.has_read_all = True
            self.send(END, connection.number)
        elif data:
            connection.credit -= len(data)
            self.send(DATA, connection.number, data=data)

    def write(self, connection):
        if connection.waiting:
            count = connection.sock.send(connection.waiting[:PIECE])
            del connection.waiting[:count]
            self.send(CREDIT, connection.number, length=count)
        if connection.is_told_all and not connection.waiting and not connection.has_written_all:
            connection.has_written_all = True
            connection.sock.shutdown(socket.SHUT_WR)

    def close(self):
        # Another one may have taken its place.
        if os.path.exists(self.path) and os.stat(self.path).st_ino == self.born:
            os.unlink(self.path)

    def drop(self, connection):
        self.watch(connection.sock, 0, None)
        connection.sock.close()
        self.connections.pop(connection.number, None)


def main():
    path = sys.argv[1]
    if os.path.exists(path):
        os.unlink(path)
    relay = Relay(path)
    try:
        relay.run()
    finally:
        relay.close()


if __name__ == "__main__":
    main()
