#!/usr/bin/env bash
# Guess: in double precision, the gradient of PyTorch's hardsigmoid between -3 and 3 is 1/6 to the last bits, as
# its values and the gradient of hardswish are.
# What happens: it is 1/6 rounded to single precision, 3e-8 off, on the CPU. PyTorch's own gradcheck, which allows
# 1e-3 by default, says that it is right. A comparison to 1e-12 of a training in double precision fails for it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'END'
import numpy
import torch
from torch.nn import functional


def slope(function, at):
    x = torch.tensor([at], dtype=torch.float64, requires_grad=True)
    function(x).backward()
    return x.grad.item()


print("torch", torch.__version__)
x = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
hard_sigmoid, hard_swish = slope(functional.hardsigmoid, 0.0), slope(functional.hardswish, 1.0)
print("slope of hardsigmoid at 0:", hard_sigmoid, "- 1/6 is", 1 / 6)
print("slope of hardswish at 1:", hard_swish, "- 5/6 is", 5 / 6)
checked = torch.autograd.gradcheck(functional.hardsigmoid, x, raise_exception=False)
strict = torch.autograd.gradcheck(functional.hardsigmoid, x, atol=1e-9, rtol=0, raise_exception=False)
print("gradcheck:", checked, "- to 1e-9:", strict)
assert hard_sigmoid == float(numpy.float32(1 / 6)) and abs(hard_swish - 5 / 6) < 1e-15, "this has changed"
assert (checked, strict) == (True, False), "this has changed"
END
