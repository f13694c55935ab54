"""A worker process: started, asked, and ended, whatever it does."""

import json
import os
import select
import signal
import subprocess
import time

from peers import TARGET, environment


class WorkerError(Exception):
    """The worker failed, crashed or took too long."""


class Worker:
    """One peer at one number of threads. Use it as a context, so that it ends."""

    def __init__(self, peer, threads):
        self.peer, self.threads = peer, threads
        logs = TARGET / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        cores = sorted(os.sched_getaffinity(0))[:threads]

        def before_start():
            os.setpgid(0, 0)  # Ctrl-C is for the driver, which ends its workers.
            os.sched_setaffinity(0, cores)

        with open(logs / f"{peer.name}-{threads}.log", "a") as log:
            self.process = subprocess.Popen(
                peer.command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(peer, threads),
                cwd=TARGET,
                preexec_fn=before_start,
            )
        self.buffer = b""
        try:
            self.version = self.answer(timeout=180)["version"]
        except BaseException:
            self.close()
            raise

    def ask(self, timeout, **request):
        """Sends a request and returns the answer; an answer that is an error is raised."""
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(f"crashed (status {self.process.wait()})") from None
        answer = self.answer(timeout)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def answer(self, timeout):
        """The next line of the worker."""
        deadline = time.monotonic() + timeout
        pipe = self.process.stdout.fileno()
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                self.close()
                raise WorkerError(f"no answer within {timeout:.0f} s")
            received = os.read(pipe, 1 << 16)
            if not received:
                raise WorkerError(f"crashed (status {self.process.wait()})")
            self.buffer += received
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def cpu_seconds(self):
        """The processor time that the process has used."""
        try:
            with open(f"/proc/{self.process.pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        """Ends the process and all that it has started."""
        if self.process.stdin.closed:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Crew:
    """The workers of all peers at one number of threads, started when they are needed."""

    def __init__(self, threads):
        self.threads = threads
        self.workers = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in self.workers.values():
            worker.close()

    def get(self, peer):
        """The worker of the peer: a new one, if there is none or it has died."""
        worker = self.workers.get(peer.name)
        if worker is None or worker.process.poll() is not None:
            try:
                worker = self.workers[peer.name] = Worker(peer, self.threads)
            except OSError as error:
                raise WorkerError(f"does not start: {error.strerror}") from None
        return worker

    def drop(self, peer):
        """Ends the worker of the peer, which has failed."""
        worker = self.workers.pop(peer.name, None)
        if worker is not None:
            worker.close()
