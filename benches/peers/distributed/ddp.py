"""Training steps by PyTorch's DistributedDataParallel on Gloo, a process for each rank; of one rank, without it.

ddp.py RANK RANKS THREADS STEPS BATCH PORT SIZES...: that of rank 0 prints seconds per step, and the memory of a rank, as a line of JSON. It waits for
a line on its input before each round, so that rounds of several programs take turns.
"""

import json
import os
import resource
import sys
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def network(sizes):
    """Linear layers with ReLU between them."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def rank_of(rank, ranks, threads, steps, batch, sizes, port):
    """One process, which trains on its own examples."""
    torch.set_num_threads(threads)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    torch.manual_seed(1)
    model = network(sizes)
    if ranks > 1:
        model = DistributedDataParallel(model, gradient_as_bucket_view=True)
    torch.manual_seed(rank)
    x, y = torch.randn(batch, sizes[0]), torch.randint(sizes[-1], (batch,))
    sgd = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, fused=True)

    def step():
        sgd.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        sgd.step()

    for _ in range(3):
        step()
    go_on = torch.ones(1)
    while True:
        if rank == 0:
            go_on[0] = float(bool(sys.stdin.readline()))
        dist.broadcast(go_on, 0)
        if not go_on[0]:
            break
        dist.barrier()
        started = time.perf_counter()
        for _ in range(steps):
            step()
        seconds = (time.perf_counter() - started) / steps
        if rank == 0:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps({"seconds": seconds, "MiB": memory}), flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    rank, ranks, threads, steps, batch = map(int, sys.argv[1:6])
    rank_of(rank, ranks, threads, steps, batch, [int(size) for size in sys.argv[7:]], sys.argv[6])
