"""A git server that goes on when its client is killed, and what else still runs."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path


class Server:
    """Serves every bare repository below a folder over git://, until it is left."""

    def __init__(self, base):
        self.base = base

    def __enter__(self):
        for _ in range(10):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
            daemon = ["git", "daemon", "--listen=127.0.0.1", f"--port={self.port}", "--reuseaddr",
                      "--export-all", "--enable=receive-pack", "--informative-errors",
                      f"--base-path={self.base}"]
            env = {"HOME": str(self.base), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
            self.process = subprocess.Popen(daemon, env=env, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                            start_new_session=True)
            # Somebody else may have taken the port in between: then it ends at once.
            while self.process.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", self.port)).close()
                    return self
                except ConnectionRefusedError:
                    time.sleep(0.01)
        raise OSError("git daemon does not start")

    def __exit__(self, *_):
        kill_session(self.process.pid)
        self.process.wait()

    def url(self, path):
        return f"git://127.0.0.1:{self.port}/{path.relative_to(self.base)}"

    def settle(self):
        """Waits until it has done what it was asked."""
        wait_for(lambda: all(map(listens, session(self.process.pid))), "the server")


def listens(process):
    """Is it the server itself, and not what it started for a connection?"""
    words = command_line(process)
    return b"--listen=" in words and b"--serve" not in words


def command_line(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def session(leader):
    """The processes of a session that live, in whatever process groups."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            # After the name, which may hold anything: state, parent, group, session.
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == leader and fields[0] not in "ZX":
            found.append(int(process.name))
    return found


def kill_session(leader):
    while processes := session(leader):
        for process in processes:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass


def wait_for(ended, what):
    start = time.monotonic()
    while not ended():
        assert time.monotonic() - start < 30, f"{what} does not come to an end"
        time.sleep(0.005)
