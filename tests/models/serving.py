"""A web server on this machine, for tests of downloads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server:
    """What it serves, and what it was asked for.

    Attributes:
        files: the content of each path, or the address that it redirects to.
        asked: the paths that were asked for, in order.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes | str] = {}
        self.asked: list[str] = []
        self.address = ""


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on a free port of the loopback interface."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            found = server.files.get(self.path)
            if isinstance(found, str):
                self.send_response(302)
                self.send_header("Location", found)
            else:
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            if isinstance(found, bytes):
                self.wfile.write(found)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.address = f"http://127.0.0.1:{web.server_address[1]}"
        try:
            yield server
        finally:
            web.shutdown()
            thread.join()
