"""A run's log: each line on the console and in OUT/log.txt, with the seconds since the start."""

import time

STARTED = time.time()


class Log:
    def __init__(self, out):
        out.mkdir(parents=True, exist_ok=True)
        self.path = out / "log.txt"

    def __call__(self, *words):
        line = f"[{time.time() - STARTED:7.1f}s] " + " ".join(str(w) for w in words)
        print(line, flush=True)
        with self.path.open("a") as f:
            f.write(line + "\n")
