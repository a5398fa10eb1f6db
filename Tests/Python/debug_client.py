"""A client of the Debug Adapter Protocol, as an editor is one: enough of it to meet a breakpoint."""

import json
import queue
import socket
import threading
import time


class DebugClient:
    """Connects to an adapter; every wait ends after `limit` seconds."""

    def __init__(self, port, limit=60):
        self.limit = limit
        self.stream = self.connect(port)
        self.arrived = queue.Queue()
        self.kept = []
        self.sequence = 0
        threading.Thread(target=self.receive, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        try:
            self.stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the adapter has ended
        self.stream.close()

    def connect(self, port):
        deadline = time.monotonic() + self.limit
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=self.limit)
            except OSError:
                assert time.monotonic() < deadline, "nobody listens"
                time.sleep(0.05)

    def receive(self):
        try:
            with self.stream.makefile("rb") as reader:
                while header := reader.readline():
                    length = int(header.split(b":")[1])
                    reader.readline()
                    self.arrived.put(json.loads(reader.read(length)))
        except (OSError, ValueError):
            pass

    def send(self, command, **arguments):
        """Sends a request without waiting for its answer; returns its number."""
        self.sequence += 1
        body = json.dumps(
            {"seq": self.sequence, "type": "request", "command": command, "arguments": arguments}).encode()
        self.stream.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return self.sequence

    def ask(self, command, **arguments):
        return self.answer(self.send(command, **arguments))

    def answer(self, sequence):
        message = self.wait(lambda message: message.get("request_seq") == sequence)
        assert message["success"], message
        return message.get("body", {})

    def event(self, name):
        return self.wait(lambda message: message.get("event") == name).get("body", {})

    def wait(self, is_it):
        """The first message of that kind, whether it came already or is still to come."""
        for index, message in enumerate(self.kept):
            if is_it(message):
                return self.kept.pop(index)
        deadline = time.monotonic() + self.limit
        while True:
            message = self.arrived.get(timeout=max(deadline - time.monotonic(), 0.01))
            if is_it(message):
                return message
            self.kept.append(message)
