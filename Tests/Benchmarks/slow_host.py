"""A static host on a slow link: sends a file at so many bytes a second and knows how many it has sent."""

import http.server
import pathlib
import socket
import threading
import time


class SlowHost:
    PIECE = 4096

    def __init__(self, folder, bytes_per_second):
        #: (seconds since some epoch, bytes of chunks sent so far), a row a piece.
        self.sent = []
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                # Little is on its way unread, so that what was sent is what has arrived.
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, host.PIECE)

            def do_GET(self):
                data = (pathlib.Path(folder) / self.path.lstrip("/")).read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if not self.path.endswith(".zip"):
                    self.wfile.write(data)
                    return
                started = time.monotonic()
                for start in range(0, len(data), host.PIECE):
                    time.sleep(max(0, started + start / bytes_per_second - time.monotonic()))
                    self.wfile.write(data[start : start + host.PIECE])
                    host.sent.append((time.monotonic(), start + host.PIECE))

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
