"""A real HTTP host that misbehaves on demand, on loopback."""

import collections
import http.server
import json
import os
import threading
import urllib.parse


class FlakyHost:
    """Serves a folder; `faults` maps a path to a list of faults, one per request, used up in order.

    A fault is a status code, ("retry-after", status, seconds), ("drop", bytes) to close the connection after so many
    body bytes, ("stall",) to say nothing, ("stall", bytes) to say nothing more after so many body bytes, ("slow",) to
    trickle, ("redirect", url), ("replace", file) to send another file's bytes, ("damage",) to change one byte in the
    middle, or ("promise", more) to name a length that is so much too large, or too small. `release` ends stalls and trickles.
    `rate`, in bytes per second, holds for every answer. Every file's ETag has `edition` in it.
    """

    def __init__(self, folder, ranges=True, lengths=True, rate=None):
        self.folder = str(folder)
        self.ranges = ranges
        self.lengths = lengths
        self.rate = rate
        self.edition = ""
        self.faults = {}
        #: (method, path, headers) of every request.
        self.requests = []
        #: Bytes of bodies, by path, and the lock for them.
        self.sent = collections.Counter()
        self.counting = threading.Lock()
        self.release = threading.Event()
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # What is counted as sent has left this machine's buffers.
            disable_nagle_algorithm = True

            def do_GET(self):
                host.answer(self)

            do_POST = do_GET

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # Clients that are killed are part of the tests.
        self.server.handle_error = lambda *arguments: None
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=10)

    def served(self):
        """Bytes of archives that have been sent."""
        with self.counting:
            return sum(count for path, count in self.sent.items() if path.endswith(".zip"))

    def paths(self):
        return [path for _, path, _ in self.requests]

    def answer(self, handler):
        path = urllib.parse.unquote(urllib.parse.urlsplit(handler.path).path)
        self.requests.append((handler.command, path, dict(handler.headers)))
        waiting = self.faults.get(path)
        fault = waiting.pop(0) if waiting else None
        if isinstance(fault, int):
            return self.fail(handler, fault)
        kind = fault[0] if fault else None
        if kind == "retry-after":
            return self.fail(handler, fault[1], {"Retry-After": str(fault[2])})
        if kind == "redirect":
            return self.fail(handler, 302, {"Location": fault[1]})
        if fault == ("stall",):
            self.release.wait(60)
            handler.close_connection = True
            return
        file = os.path.join(self.folder, fault[1] if kind == "replace" else path.lstrip("/"))
        if not os.path.isfile(file):
            return self.fail(handler, 404)
        with open(file, "rb") as stream:
            data = stream.read()
        tag = str(hash(data)) + self.edition
        if kind == "damage":
            data = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
        more = fault[1] if kind == "promise" else 0
        pieces = self.trickle if kind == "slow" else self.throttle if self.rate else lambda data: [data]
        self.send(handler, data, fault[1] if kind in ("drop", "stall") else None, tag, pieces, more)
        if kind == "stall":
            self.release.wait(60)

    def trickle(self, data):
        for start in range(0, len(data), 2000):
            yield data[start : start + 2000]
            self.release.wait(0.05)

    def throttle(self, data):
        """In pieces small enough that little is lost with a connection."""
        for start in range(0, len(data), 2048):
            yield data[start : start + 2048]
            self.release.wait(2048 / self.rate)

    def fail(self, handler, status, headers={}):
        body = json.dumps({"detail": f"fault {status}"}).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def send(self, handler, data, drop_after, tag, pieces, more):
        total = len(data)
        status, first = 200, 0
        asked = handler.headers.get("Range")
        condition = handler.headers.get("If-Range")
        if self.ranges and asked and (condition is None or condition == f'"{tag}"'):
            bounds = asked.removeprefix("bytes=").split("-")
            first = int(bounds[0])
            if first >= total:
                return self.fail(handler, 416)
            last = min(int(bounds[1]) if bounds[1] else total - 1, total - 1)
            data = data[first : last + 1]
            status = 206
        handler.send_response(status)
        if self.ranges:
            handler.send_header("Accept-Ranges", "bytes")
            handler.send_header("ETag", f'"{tag}"')
        if status == 206:
            handler.send_header("Content-Range", f"bytes {first}-{first + len(data) - 1}/{total}")
        if self.lengths:
            handler.send_header("Content-Length", str(len(data) + more))
            if more:
                handler.close_connection = True
        else:
            handler.send_header("Connection", "close")
            handler.close_connection = True
        handler.end_headers()
        if drop_after is not None:
            data = data[:drop_after]
            handler.close_connection = True
        try:
            for piece in pieces(data):
                handler.wfile.write(piece)
                with self.counting:
                    self.sent[urllib.parse.urlsplit(handler.path).path] += len(piece)
        except OSError:
            handler.close_connection = True
