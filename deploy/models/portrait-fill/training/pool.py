"""Training samples on the device: what processes of drawing.py have drawn, the oldest making room."""

import shutil
import subprocess
import sys
from pathlib import Path

import torch

from tokens import from_bits


class Drawers:
    """Processes that draw into a folder while the model is compiled and trained."""

    def __init__(self, folder, count, seed, layers, pipeline, waiting):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        self.allow(waiting)
        script = Path(__file__).with_name("drawing.py")
        of = lambda i: ["--layers", layers, "--pipeline", pipeline, "--folder", folder, "--seed", str(seed + i)]
        self.running = [subprocess.Popen([sys.executable, script, *of(i)]) for i in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave(0)

    def allow(self, waiting):
        part = self.folder / "limit.part"
        part.write_text(str(waiting))
        part.rename(self.folder / "limit")

    def leave(self, count):
        for drawer in self.running[count:]:
            drawer.kill()
        self.running = self.running[:count]

    def check(self):
        if all(drawer.poll() is not None for drawer in self.running):
            raise SystemExit("nothing draws: see the output of drawing.py above")


class Pool:
    def __init__(self, folder, device, capacity, rows):
        self.folder, self.device, self.capacity, self.rows = folder, device, capacity, rows
        self.made, self.store, self.small = 0, None, torch.zeros(capacity, dtype=torch.bool, device=device)

    def read(self, most):
        for file in sorted(self.folder.glob("*.pt"), key=lambda f: f.stat().st_mtime)[:most]:
            self.add(torch.load(file))
            file.unlink()

    def add(self, drawn):
        n = len(drawn["x0"])
        if self.store is None:
            self.capacity -= self.capacity % n
            empty = lambda v: torch.empty(self.capacity, len(v) // n, *v.shape[1:], dtype=v.dtype, device=self.device)
            self.store = {k: empty(v) for k, v in drawn.items()}
        at = slice(self.made % self.capacity, self.made % self.capacity + n)
        for k, v in drawn.items():
            self.store[k][at] = v.unflatten(0, (-1, n)).transpose(0, 1).to(self.device)
        self.small[at] = (self.store["bits"][at, 0] != 0).any(-1).sum(-1) <= self.rows
        self.made += n
        self.fitting = self.small.nonzero().flatten()

    def sample(self, edits, others):
        """x0, condition, inside, CLIP ids and T5 ids of `edits` edits that fit into the rows and `others` other samples.

        Then the latents of what the edits change. Of the others, one in seven is an edit too, of any size.
        """
        first = self.fitting[torch.randint(len(self.fitting), (edits,), device=self.device)]
        second = torch.randint(min(self.made, self.capacity), (others,), device=self.device)
        kind = (torch.rand(edits + others, device=self.device) < 0.85).long()
        kind[:edits] = 0
        scene = torch.cat([first, second])
        condition, bits, clip_ids, t5_ids = (self.store[k][scene, kind] for k in ("condition", "bits", "clip_ids", "t5_ids"))
        channels = from_bits(bits).float()
        x0, before = self.store["x0"][scene, 0].float(), self.store["before"][first, 0].float()
        return x0, torch.cat([condition.float(), channels], 2), channels.amax(2), clip_ids.long(), t5_ids.long(), before
