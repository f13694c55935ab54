"""polars and PyTorch: `torch_job.py read|train FILE`."""

import json
import sys

import polars as pl
from laps import Laps


def prepared(frame, torch):
    """Both parts as numbers, and their classes."""
    y = frame["class"].cast(pl.Categorical).to_physical().to_torch().long()
    frame = frame.drop("class")
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    test, train = order[: len(y) // 5], order[len(y) // 5 :]
    numbers = frame.select(pl.selectors.numeric()).to_torch(dtype=pl.Float32)
    mean, deviation = numbers[train].mean(0), numbers[train].std(0)
    numbers.sub_(mean).div_(deviation)
    words = [
        torch.nn.functional.one_hot(column.cast(pl.Categorical).to_physical().fill_null(column.n_unique()).to_torch().long())
        for column in frame.select(pl.selectors.string())
    ]
    x = torch.cat([numbers, *(word.float() for word in words)], 1) if words else numbers
    return x[train], x[test], y[train], y[test]


def trained(x, y, torch):
    """A network after three epochs."""
    torch.manual_seed(0)
    classes = int(y.max()) + 1
    network = torch.nn.Sequential(torch.nn.Linear(x.shape[1], 64), torch.nn.ReLU(), torch.nn.Linear(64, classes))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003, fused=True)
    loss = torch.nn.CrossEntropyLoss()
    for _ in range(3):
        for batch in torch.randperm(len(y)).split(256):
            optimizer.zero_grad()
            loss(network(x[batch]), y[batch]).backward()
            optimizer.step()
    return network


def main():
    """One job; says what it took, and the score."""
    what, path = sys.argv[1:]
    laps = Laps()
    frame = pl.read_csv(path)
    laps.end("read")
    score, version = None, f"polars {pl.__version__}"
    if what == "train":
        import torch

        torch.set_num_threads(2)
        laps.end("import")
        x, x_test, y, y_test = prepared(frame, torch)
        laps.end("prepare")
        network = trained(x, y, torch)
        laps.end("train")
        with torch.inference_mode():
            score = (network(x_test).argmax(1) == y_test).float().mean().item()
        laps.end("score")
        version += f", PyTorch {torch.__version__}"
    print(json.dumps({"seconds": laps.seconds, "score": score, "version": version}))


if __name__ == "__main__":
    main()
