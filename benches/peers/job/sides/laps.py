"""How long the parts of a job take."""

import time


class Laps:
    """The seconds of each part, in their order."""

    def __init__(self):
        self.seconds, self.since = {}, time.perf_counter()

    def end(self, name):
        """A part of this name has ended, and the next one begins."""
        now = time.perf_counter()
        self.seconds[name], self.since = now - self.since, now
