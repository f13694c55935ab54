"""ONNX Runtime: inference only."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from protocol import Unsupported, probabilities, serve


def model(row):
    """The network as an ONNX model, in bytes."""
    kind = {"f32": TensorProto.FLOAT, "f64": TensorProto.DOUBLE}[row.spec["dtype"]]
    nodes, weights, name = [], [], "x"
    layers = row.parameters()
    for i, (weight, bias) in enumerate(layers):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(weight.T), f"w{i}"))
        weights.append(numpy_helper.from_array(bias, f"b{i}"))
        last = i == len(layers) - 1
        output = "y" if last else f"z{i}"
        nodes.append(helper.make_node("Gemm", [name, f"w{i}", f"b{i}"], [output]))
        name = output
        if not last:
            name = f"a{i}"
            nodes.append(helper.make_node({"relu": "Relu"}[row.activation], [output], [name]))
    x = helper.make_tensor_value_info("x", kind, [row.batch, row.layers[0]])
    y = helper.make_tensor_value_info("y", kind, [row.batch, row.layers[-1]])
    graph = helper.make_graph(nodes, "network", [x], [y], weights)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


class Infer:
    """Scores of a batch."""

    def __init__(self, row):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = row.threads
        options.inter_op_num_threads = 1
        # Threads that spin would slow down the workers that come next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(
            model(row), options, providers=["CPUExecutionProvider"]
        )
        self.x = {"x": row["x"]}

    def check(self):
        """Probabilities of two examples."""
        return probabilities(self.session.run(None, self.x)[0])

    def run(self, steps):
        """Computes the scores again and again."""
        run, x = self.session.run, self.x
        for _ in range(steps):
            run(None, x)


def prepare(row):
    """The task of the row."""
    if row.kind not in ("latency", "batch"):
        raise Unsupported("inference only")
    return Infer(row)


serve(onnxruntime.__version__, prepare)
