"""Carries bytes between its own standard streams and a port of the computer that it runs on.

    connect.py PORT

Runs in a node, for one connection from outside; needs nothing but Python 3's standard library. Ends when the port does.
"""

import os
import socket
import sys
import threading


def send(connection):
    while True:
        data = os.read(0, 65536)
        if not data:
            break
        connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)


def main():
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    threading.Thread(target=send, args=(connection,), daemon=True).start()
    while True:
        data = connection.recv(65536)
        if not data:
            break
        while data:
            data = data[os.write(1, data) :]


main()
