"""Descriptions of what a case is made of, and the files that hold the cases.

A description is a type and its options, each with its numbers: `sgd 0.1 | momentum 0.9`. It is
read twice, here by the code that builds it of parts of PyTorch or scikit-learn, and in the test
by the code that builds it of ours.
"""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "crates/densely/tests/parity"


def parse(text):
    """`[("sgd", [0.1]), ("momentum", [0.9])]`."""
    parts = [part.split() for part in text.split("|")]
    return [(name, [float(number) for number in numbers]) for name, *numbers in parts]


def numbers(values):
    """Numbers that are read back bit for bit; those of few digits are short."""
    return " ".join(repr(float(value)).removesuffix(".0") for value in values)


def write(name, source, cases):
    """Writes cases, each a dictionary, as blocks of lines `key: value`."""
    head = f"# Made by scripts/parity/generate.py with {source}. Do not edit.\n"
    blocks = ["".join(f"{key}: {value}\n" for key, value in case.items()) for case in cases]
    (FOLDER / name).write_text("\n".join([head, *blocks]))
    print(f"{name}: {len(cases)} cases")
