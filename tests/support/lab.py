# SPDX-License-Identifier: BSD-3-Clause
"""What the tests in this folder share: an HTTP server that misbehaves on request, and core_driver
with the real hermes-mailqueue-hooks."""

import os
import pwd
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BIN = sys.argv.pop(1)
ROOT = os.geteuid() == 0
USER = "nobody" if ROOT else pwd.getpwuid(os.geteuid()).pw_name
# What the sanitizer keeps of freed memory would hide how much is used.
os.environ.setdefault("ASAN_OPTIONS", "quarantine_size_mb=1")
BACKOFF = "20ms,100ms,24h"
LAB = os.path.abspath(f"{os.path.dirname(__file__)}/../../contrib/lab")


def wait_for(what, condition, seconds=60):
    """Until condition() is true; its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def alive(pid):
    """False for a zombie too, which nobody may ever reap."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Request:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = headers
        self.body = body
        self.time = time.monotonic()


class Server:
    """Each path answers by answers[path](connection, request, how many came before); a path that
    is not there answers 200."""

    def __init__(self, certificate=None):
        self.requests = []
        self.answers = {}
        self.closing = threading.Event()
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate + ".pem", certificate + ".key")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            while self.one(connection, stream):
                pass
        except OSError:
            pass
        finally:
            connection.close()

    def one(self, connection, stream):
        start = stream.readline().split()
        if len(start) < 2:
            return False
        headers = {}
        for line in iter(stream.readline, b"\r\n"):
            if not line:
                return False
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
        request = Request(start[1].decode(), headers, body)
        before = len(self.of(request.path))
        self.requests.append(request)
        answer = self.answers.get(request.path, status(200))
        return answer(connection, request, before)

    def of(self, path):
        return [r for r in list(self.requests) if r.path == path]

    def close(self):
        self.closing.set()
        self.listener.close()


def head(code, *headers, length=0):
    lines = [f"HTTP/1.1 {code} Test", f"Content-Length: {length}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def status(code, *headers, body=b""):
    def answer(connection, request, before):
        connection.sendall(head(code, *headers, length=len(body)) + body)
        return True

    return answer


def first(count, answer, then):
    """answer for the first count requests, then the other."""
    return lambda connection, request, before: (answer if before < count else then)(
        connection, request, before
    )


def hang(connection, request, before):
    """No answer until the client goes away."""
    connection.settimeout(60)
    connection.recv(1)
    return False


def reset(connection, request, before):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def slow(connection, request, before):
    """An answer's head, too slow to end in time."""
    for octet in head(200, "X-Filler: " + "x" * 1000):
        connection.sendall(bytes([octet]))
        time.sleep(0.05)
    return False


def huge(connection, request, before):
    """A body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    request.sent = 0
    while request.sent < 1 << 30:
        connection.sendall(b"x" * 65536)
        request.sent += 65536
    return False


class Core:
    """core_driver. Its output is collected as it comes."""

    def __init__(self, config, present=0, cursors=None, backoff=BACKOFF, listener=None):
        arguments = [f"{name}={serial}" for name, serial in (cursors or {}).items()]
        self.process = subprocess.Popen(
            [
                f"{BIN}/core_driver",
                f"@{listener}" if listener else f"{BIN}/hermes-mailqueue-hooks",
                config, backoff, str(present), *arguments,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self.lines = []
        self.errors = []
        streams = ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
        for stream, lines in streams:
            threading.Thread(target=self.collect, args=(stream, lines), daemon=True).start()
        self.supervisor = None
        if not listener:
            line = wait_for("pid", lambda: self.found("pid "))[0]
            self.supervisor = int(line.split()[1])

    @staticmethod
    def collect(stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def found(self, start):
        return [line for line in list(self.lines) if line.startswith(start)]

    def said(self, text):
        return [line for line in list(self.lines) + list(self.errors) if text in line]

    def cursor(self, name):
        """(serial, delivered, failures)"""
        found = self.found(f"cursor {name} ")
        return tuple(int(n) for n in found[-1].split()[2:]) if found else (0, 0, 0)

    def status(self, name):
        """[delivered, failures, pending, last error]"""
        before = len(self.found(f"status {name} "))
        self.tell("status")
        lines = wait_for("status", lambda: self.found(f"status {name} ")[before:])
        parts = lines[0].split(" ", 5)
        return [int(n) for n in parts[2:5]] + [parts[5]]

    def worker(self):
        """The process that does the work, None while there is none."""
        try:
            with open(f"/proc/{self.supervisor}/task/{self.supervisor}/children") as children:
                pids = children.read().split()
            return int(pids[0]) if pids else None
        except OSError:
            return None

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()
        self.process.stderr.close()


class LabTest(unittest.TestCase):
    """A folder in which scripts may lie, which /tmp is not, a server and a core."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(
            prefix="hmq-hooks.", dir="/var/lib" if ROOT else os.environ["HOME"]
        )
        os.chmod(self.folder, 0o755)
        os.mkdir(f"{self.folder}/out")
        os.chmod(f"{self.folder}/out", 0o777)
        self.server = Server()
        self.core = None

    def tearDown(self):
        if self.core:
            self.core.close()
            if self._outcome.result.failures or self._outcome.result.errors:
                print(*self.core.lines[-40:], *self.core.errors[-40:], sep="\n")
        self.server.close()
        shutil.rmtree(self.folder)

    def url(self, path, server=None):
        return f"http://127.0.0.1:{(server or self.server).port}{path}"

    def config(self, text):
        path = f"{self.folder}/conf"
        with open(path, "w") as stream:
            stream.write(f"hooks_user = {USER}\n" + text)
        return path

    def start(self, text, **options):
        self.core = Core(self.config(text), **options)
        wait_for("worker", self.core.worker)

    def write(self, name, text, mode):
        path = f"{self.folder}/{name}"
        with open(path, "w") as stream:
            stream.write(text)
        os.chmod(path, mode)
        return path

    def logged(self, text):
        """In time: the log and what is delivered come by two ways."""
        wait_for(f"a line with: {text}", lambda: self.core.said(text))

    def read(self, name):
        try:
            with open(f"{self.folder}/out/{name}") as stream:
                return stream.read()
        except FileNotFoundError:
            return ""

    def delivered(self, name, count, seconds=60):
        wait_for(
            f"{count} delivered to {name}",
            lambda: self.core.cursor(name)[1] >= count,
            seconds,
        )

    @staticmethod
    def free_port():
        """As contrib/lab/lib.sh chooses: no client's port, and no other test's."""
        command = '. "$0/lib.sh" && free_port'
        return int(subprocess.check_output(["bash", "-c", command, LAB]))


def openssl(*arguments, **options):
    return subprocess.run(
        ["openssl", *arguments], check=True, capture_output=True, **options
    ).stdout


def make_certificates(folder):
    """An authority (ca.pem) and server certificates by it: good for 127.0.0.1, other for another
    name."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test CA",
            "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")
    for name, alternative in (("good", "IP:127.0.0.1"), ("other", "DNS:other.example.com")):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr")
        with open(f"{folder}/{name}.ext", "w") as stream:
            stream.write(f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/ca.pem",
                "-CAkey", f"{folder}/ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{folder}/{name}.ext", "-out", f"{folder}/{name}.pem")
