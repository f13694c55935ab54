#!/usr/bin/env bash
# Guess: skl2onnx converts SimpleImputer(add_indicator=True) with its indicators of gaps, or refuses it.
# What happens: it leaves them out and says nothing. The imputer alone gives 2 columns where scikit-learn
# gives 4. A logistic regression behind it is converted and run, and gives other labels to half of these rows;
# a network behind it fails when it is run, and a StandardScaler when it is converted, with a message about shapes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scikit-learn==1.9.1 skl2onnx==1.20.0 onnx==1.23.0 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'END'
import numpy
import onnxruntime
import skl2onnx
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

draw = numpy.random.default_rng(0)
x = draw.normal(size=(200, 2)).astype(numpy.float32)
y = (draw.random(200) < 0.5).astype(int)
# Gaps tell the class, so that the indicators matter.
x[(y == 1) & (draw.random(200) < 0.7), 0] = numpy.nan
x[:5, 1] = numpy.nan


def converted(estimator, **options):
    model = skl2onnx.to_onnx(estimator, x[:1], **options)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, {session.get_inputs()[0].name: x})[0]


imputer = SimpleImputer(strategy="median", add_indicator=True).fit(x)
shapes = imputer.transform(x).shape, converted(imputer).shape
pipeline = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), LogisticRegression()).fit(x, y)
same = numpy.mean(converted(pipeline, options={"zipmap": False}) == pipeline.predict(x))
print("skl2onnx", skl2onnx.__version__, "onnxruntime", onnxruntime.__version__)
print("shapes in scikit-learn and in ONNX:", *shapes)
print(f"rows with the label of scikit-learn: {same:.0%}")
assert shapes == ((200, 4), (200, 2)) and same < 0.7, "this has changed"
END
