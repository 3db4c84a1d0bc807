"""The nodes of the cluster that an environment template sets up, for the template's own cells.

    from repo2vc_cluster import nodes

    node = nodes["entry"]
    node.run(["python", "-V"])              # prints what the program prints; fails when it fails
    text = node.output(["cat", "notes"])    # gives what it prints instead
    node.write("settings.yaml", "size: 4")  # paths are below the node's home
    node.put("data", "experiment/data")     # a file or a folder of the client, to the node
    node.get("results", "results")          # and back
    for node in nodes: print(node.name, node.role, node.address)

It works only while repo2vc runs the cells, and reaches the nodes of this cluster only. Standard library, Python >= 3.6.
"""

import http.client
import io
import json
import os
import posixpath
import shutil
import socket
import sys
import tarfile
import urllib.parse

__all__ = ["ClusterError", "CommandFailed", "Node", "Nodes", "nodes"]


class ClusterError(RuntimeError):
    """The broker could not do what was asked; `code` says why."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class CommandFailed(ClusterError):
    """A program on a node ended with an exit code other than 0."""

    def __init__(self, node, argv, returncode, timed_out, stderr):
        how = "ran too long and was ended" if timed_out else "ended with exit code %d" % returncode
        said = ": " + stderr.strip() if stderr.strip() else ""
        super().__init__("command-failed", "%s on %s %s%s" % (" ".join(argv), node, how, said))
        self.argv, self.returncode, self.timed_out, self.stderr = argv, returncode, timed_out, stderr


class Node:
    """One node. `name`, `role`, `address`; paths are relative to its home."""

    def __init__(self, facts):
        self.name, self.role, self.address = facts["name"], facts["role"], facts.get("address")

    def __repr__(self):
        return "<Node %s, %s, %s>" % (self.name, self.role, self.address)

    def run(self, argv, cwd=None, env=None, input=None, timeout=None):
        """Runs a program and prints what it prints, as it comes. Raises CommandFailed unless it ends with 0."""
        dropped = self._exec(argv, cwd, env, input, timeout, sys.stdout.write)
        if dropped:
            print("[%d lines came too fast and were dropped]" % dropped, file=sys.stderr)

    def output(self, argv, cwd=None, env=None, input=None, timeout=None):
        """Runs a program and gives what it prints to its standard output; its errors are printed."""
        lines = []
        if self._exec(argv, cwd, env, input, timeout, lines.append):
            raise ClusterError("too-much", "%s on %s printed more than can be given." % (argv[0], self.name))
        return "".join(lines)

    def _exec(self, argv, cwd, env, input, timeout, out):
        if isinstance(argv, (str, bytes)):
            raise TypeError('argv is a list of words, for instance ["ls", "-l"], never one string')
        words = [os.fspath(word) if hasattr(word, "__fspath__") else str(word) for word in argv]
        asked = {"argv": words, "cwd": cwd, "env": env, "input": input, "timeoutSeconds": timeout}
        body = json.dumps({key: value for key, value in asked.items() if value is not None})
        errors = []
        with _request("POST", self._path("exec"), body.encode()) as answer:
            for line in answer:
                told = json.loads(line.decode())
                end = "" if told.get("more") else "\n"
                if "stdout" in told:
                    out(told["stdout"] + end)
                elif "stderr" in told:
                    errors.append(told["stderr"] + end)
                    del errors[:-20]
                    print(told["stderr"], end=end, file=sys.stderr)
                elif "error" in told:
                    raise ClusterError(told["error"]["code"], told["error"]["message"])
                elif told["code"] != 0 or told["timedOut"]:
                    raise CommandFailed(self.name, words, told["code"], told["timedOut"], "".join(errors))
                else:
                    return told["dropped"]
        raise ClusterError("broker-gone", "The connection to %s ended before %s did." % (self.name, words[0]))

    def write(self, path, text):
        """Writes a text (or bytes) to a file, whose folder is made."""
        data = text if isinstance(text, bytes) else text.encode()
        directory, name = posixpath.split(posixpath.normpath(path))
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(data), 0o644

        def pack(tar):
            tar.addfile(member, io.BytesIO(data))

        self._send(directory or ".", pack)

    def read(self, path):
        """The text of a file."""
        parts = []
        if self._receive(path, lambda name, member, content: parts.append(content.read())) == "folder":
            raise ClusterError("not-a-file", "%s on %s is a folder." % (path, self.name))
        return b"".join(parts).decode()

    def put(self, local, remote):
        """Copies a file or folder of the client to the node; a folder's files are added to what is there."""
        local = os.fspath(local)
        if os.path.isdir(local):
            self._send(remote, lambda tar: tar.add(local, arcname=".", filter=_plain))
            return
        if not os.path.isfile(local):
            raise FileNotFoundError(local)
        directory, name = posixpath.split(posixpath.normpath(remote))
        self._send(directory or ".", lambda tar: tar.add(os.path.realpath(local), arcname=name))

    def get(self, remote, local):
        """Copies a file or folder of the node to the client."""
        local = os.path.abspath(os.fspath(local))

        def save(name, member, content):
            path = os.path.join(local, *name.split("/")) if name else local
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                shutil.copyfileobj(content, file)
            os.chmod(path, 0o755 if member.mode & 0o100 else 0o644)

        if self._receive(remote, save) == "folder":
            os.makedirs(local, exist_ok=True)

    def _path(self, part, **query):
        return "/nodes/%s/%s?%s" % (urllib.parse.quote(self.name, safe=""), part, urllib.parse.urlencode(query))

    def _send(self, directory, pack):
        connection = _Connection()
        try:
            connection.putrequest("PUT", self._path("files", directory=directory))
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders()
            try:
                chunks = _Chunks(connection)
                with tarfile.open(fileobj=chunks, mode="w|", bufsize=1 << 20, format=tarfile.PAX_FORMAT) as tar:
                    pack(tar)
                connection.send(b"0\r\n\r\n")
            except ConnectionError:
                pass  # The broker has refused it; its answer says why.
            _checked(connection.getresponse()).read()
        finally:
            connection.close()

    def _receive(self, path, each):
        with _request("GET", self._path("files", path=path)) as answer:
            kind = answer.getheader("x-kind")
            with tarfile.open(fileobj=answer, mode="r|") as tar:
                for member in tar:
                    if not member.isfile():
                        continue
                    name = posixpath.normpath(member.name)
                    if name.startswith(("/", "..")):
                        raise ClusterError("unsafe-path", "%s sent the name %s." % (self.name, member.name))
                    each("" if kind == "file" else name, member, tar.extractfile(member))
        return kind


class Nodes:
    """The nodes by name, in their order. `inventory` is what is known of them, as plain values."""

    @property
    def inventory(self):
        with _request("GET", "/nodes") as answer:
            return json.loads(answer.read().decode())["nodes"]

    def __iter__(self):
        return (Node(facts) for facts in self.inventory)

    def __len__(self):
        return len(self.inventory)

    def __getitem__(self, name):
        """The node of that name (`worker-1`), or the only one of that role (`entry`)."""
        nodes = list(self)
        found = [node for node in nodes if node.name == name] or [node for node in nodes if node.role == name]
        if len(found) != 1:
            names = ", ".join(node.name for node in nodes)
            raise KeyError("no single node is called %r; there are: %s" % (name, names))
        return found[0]

    def role(self, role):
        """The nodes of one role, as a list."""
        return [node for node in self if node.role == role]


class _Connection(http.client.HTTPConnection):
    """HTTP over the broker's socket in this node."""

    def __init__(self):
        super().__init__("broker")

    def connect(self):
        path = os.environ.get("REPO2VC_BROKER")
        if not path:
            raise ClusterError("no-broker", "These cells are not run by repo2vc: REPO2VC_BROKER is not set.")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.connect(path)
        except OSError as error:
            raise ClusterError("no-broker", "repo2vc runs no cells now, so no node is reached (%s)." % error)


class _Chunks:
    """A file that is written to a connection in chunks (RFC 9112, 7.1)."""

    def __init__(self, connection):
        self._connection = connection

    def write(self, data):
        if data:
            self._connection.send(b"%x\r\n" % len(data) + data + b"\r\n")
        return len(data)


class _request:
    """A request and its answer; `with` closes the connection."""

    def __init__(self, method, path, body=None):
        self._connection = _Connection()
        self._asked = (method, path, body)

    def __enter__(self):
        try:
            self._connection.request(*self._asked)
            return _checked(self._connection.getresponse())
        except BaseException:
            self._connection.close()
            raise

    def __exit__(self, *_):
        self._connection.close()


def _checked(answer):
    if answer.status < 400:
        return answer
    text = answer.read().decode()
    try:
        told = json.loads(text)
    except ValueError:
        told = {"code": "broker-failed", "message": text}
    raise ClusterError(told["code"], told["message"])


def _plain(member):
    """Files and folders only, with no trace of who owned them."""
    if not (member.isfile() or member.isdir()):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


nodes = Nodes()
