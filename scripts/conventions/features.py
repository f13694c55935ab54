#!/usr/bin/env python3
"""Looks up by name what docs/features.md says that scikit-learn, PyTorch and Keras have and lack, and
fails where one of them has lost or gained it.

    /tmp/conventions/bin/python scripts/conventions/features.py

check.py says how to make the environment. A row has the names that stand for it, and a name after `not`
that would. Rows without a name, such as those on tools around a library, were judged by reading.
"""

import importlib
import os
import re
import sys
from pathlib import Path

os.environ |= {"KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": ""}

PAGE = Path(__file__).parents[2] / "docs/features.md"
LIBRARIES = {"scikit-learn": "sklearn", "PyTorch": "torch", "Keras": "keras"}

# Row: names in scikit-learn, in PyTorch, in Keras.
NAMES = """
fully-connected networks: neural_network.MLPClassifier; nn.Linear; layers.Dense
leaky ReLU: ; nn.LeakyReLU; layers.LeakyReLU
PReLU, a slope for all or for each unit: ; nn.PReLU; layers.PReLU
Maxout: ; not nn.Maxout; not layers.Maxout
ELU, SELU: ; nn.ELU nn.SELU; activations.elu activations.selu
GELU, exact and by tanh: ; nn.GELU; activations.gelu
SiLU: ; nn.SiLU; activations.silu
softplus, hard-tanh, ReLU6: ; nn.Softplus nn.Hardtanh nn.ReLU6; activations.softplus activations.hard_tanh activations.relu6
Mish, hard-swish, GLU and more: ; nn.Mish nn.Hardswish nn.GLU; activations.mish activations.hard_swish activations.glu
dropout: ; nn.Dropout; layers.Dropout
Gaussian noise as a layer: ; not nn.GaussianNoise; layers.GaussianNoise
batch and layer normalisation: ; nn.BatchNorm1d nn.LayerNorm; layers.BatchNormalization layers.LayerNormalization
convolutions, pooling: ; nn.Conv2d nn.MaxPool2d; layers.Conv2D layers.MaxPooling2D
recurrent layers: ; nn.LSTM; layers.LSTM
attention, embeddings: ; nn.MultiheadAttention nn.Embedding; layers.MultiHeadAttention layers.Embedding
graphs of any form, with automatic differentiation: ; autograd.grad; Model
softmax cross-entropy from scores: metrics.log_loss; nn.CrossEntropyLoss; losses.CategoricalCrossentropy
logistic from the score: linear_model.LogisticRegression; nn.BCEWithLogitsLoss; losses.BinaryCrossentropy
multiclass SVM of Weston and Watkins, squared too: ; nn.MultiMarginLoss; not losses.MultiMargin
multiclass SVM of Crammer and Singer: svm.LinearSVC; not nn.CategoricalHinge; losses.CategoricalHinge
several labels for one example (multi-label): neural_network.MLPClassifier; nn.MultiLabelSoftMarginLoss; losses.BinaryCrossentropy
binary hinge, squared too: svm.LinearSVC; not nn.HingeLoss; losses.Hinge losses.SquaredHinge
mean squared error: neural_network.MLPRegressor; nn.MSELoss; losses.MeanSquaredError
mean absolute error, Huber: linear_model.HuberRegressor; nn.L1Loss nn.HuberLoss; losses.MeanAbsoluteError losses.Huber
more: Poisson, KL, CTC, triplet, focal: linear_model.PoissonRegressor; nn.PoissonNLLLoss nn.KLDivLoss nn.CTCLoss nn.TripletMarginLoss; losses.Poisson losses.KLDivergence losses.CTC losses.BinaryFocalCrossentropy
L1, elastic net: linear_model.ElasticNet; linalg.vector_norm; regularizers.L1L2
decoupled weight decay: ; optim.AdamW; optimizers.AdamW
limit on the norm of a unit's weights: ; renorm; constraints.MaxNorm
early stopping: neural_network.MLPClassifier; not optim.EarlyStopping; callbacks.EarlyStopping
SGD, momentum: neural_network.MLPClassifier; optim.SGD; optimizers.SGD
AdamW: ; optim.AdamW; optimizers.AdamW
RMSProp: ; optim.RMSprop; optimizers.RMSprop
Adagrad: ; optim.Adagrad; optimizers.Adagrad
L-BFGS: neural_network.MLPClassifier; optim.LBFGS; not optimizers.LBFGS
Adadelta, Muon and more: ; optim.Adadelta optim.Muon; optimizers.Adadelta optimizers.Muon
schedules: steps, exponential, cosine: neural_network.MLPClassifier; optim.lr_scheduler.StepLR optim.lr_scheduler.ExponentialLR optim.lr_scheduler.CosineAnnealingLR; optimizers.schedules.PiecewiseConstantDecay optimizers.schedules.ExponentialDecay optimizers.schedules.CosineDecay
linear warm-up: ; optim.lr_scheduler.LinearLR; optimizers.schedules.CosineDecay
one-cycle: ; optim.lr_scheduler.OneCycleLR; not optimizers.schedules.OneCycle
less when a plateau is reached: neural_network.MLPClassifier; optim.lr_scheduler.ReduceLROnPlateau; callbacks.ReduceLROnPlateau
gradients limited by value: ; nn.utils.clip_grad_value_; optimizers.SGD
gradients limited by global norm: ; nn.utils.clip_grad_norm_; optimizers.SGD
an optimiser for each group of parameters: ; optim.Optimizer.add_param_group; optimizers.MultiOptimizer
centering, standardising: preprocessing.StandardScaler; ; layers.Normalization
min-max: preprocessing.MinMaxScaler; ; layers.Rescaling
largest magnitude: preprocessing.MaxAbsScaler; ;
median and interquartile range: preprocessing.RobustScaler; ;
PCA, a number of components: decomposition.PCA; pca_lowrank; not layers.PCA
statistics in chunks of data larger than memory: preprocessing.StandardScaler.partial_fit; ; layers.Normalization.adapt
PCA in chunks, exact: decomposition.IncrementalPCA; ;
a pipeline that travels with the model: pipeline.Pipeline; ; layers.Pipeline
text as categories, missing values: preprocessing.OrdinalEncoder impute.SimpleImputer; ; layers.StringLookup
augmentation of images: ; ; layers.RandomFlip
a loss that is no number stops at its step: ; autograd.detect_anomaly; callbacks.TerminateOnNaN
a tool that checks gradients: ; autograd.gradcheck; not gradcheck
a run that was stopped goes on: neural_network.MLPClassifier.partial_fit; save; callbacks.BackupAndRestore
hyperparameters by grid and at random: model_selection.GridSearchCV model_selection.RandomizedSearchCV; ;
hyperparameters by successive halving: experimental.enable_halving_search_cv; ;
k-fold cross-validation: model_selection.KFold; ;
stratified folds: model_selection.StratifiedKFold; ;
folds of whole groups, and in order of time: model_selection.GroupKFold model_selection.TimeSeriesSplit; ;
accuracy: metrics.accuracy_score; ; metrics.Accuracy
top-k accuracy: metrics.top_k_accuracy_score; ; metrics.TopKCategoricalAccuracy
confusion matrix: metrics.confusion_matrix; ; not metrics.ConfusionMatrix
precision, recall, F1: metrics.f1_score; ; metrics.Precision metrics.Recall metrics.F1Score
ROC AUC: metrics.roc_auc_score; ; metrics.AUC
log loss: metrics.log_loss; nn.NLLLoss; metrics.CategoricalCrossentropy
calibration, Brier score: calibration.calibration_curve metrics.brier_score_loss; ; metrics.MeanSquaredError
R², RMSE, MAE: metrics.r2_score metrics.root_mean_squared_error metrics.mean_absolute_error; ; metrics.R2Score metrics.RootMeanSquaredError metrics.MeanAbsoluteError
16-bit floats: ; bfloat16; config.set_dtype_policy
quantised weights: ; ao.quantization; Model.quantize
several machines: ; distributed; distribution.DataParallel
sparse data: ; sparse_coo_tensor; KerasTensor
ONNX: ; onnx.export; Model.export
state dicts of PyTorch: ; nn.Module; 
trees, kernels, clusters, neighbours: tree.DecisionTreeClassifier svm.SVC cluster.KMeans neighbors.KNeighborsClassifier; ;
"""


def exists(module, name):
    """Whether `module` has the attribute or the submodule."""
    value = importlib.import_module(module)
    for part in name.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = importlib.import_module(f"{value.__name__}.{part}")
            except (ImportError, AttributeError):
                return False
    return True


def page():
    """What the page says of each row, by library."""
    said, head = {}, []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if "densely" in cells:
            head = cells
        elif line.startswith("| ") and head:
            said[cells[0]] = dict(zip(head, cells))
    return said


def main():
    said, wrong, looked_up = page(), 0, 0
    for line in NAMES.strip().splitlines():
        row, names = re.match(r"(.*?): ([^:]*)$", line).groups()
        if row not in said:
            sys.exit(f"no such row: {row}")
        for (library, module), text in zip(LIBRARIES.items(), names.split(";")):
            expected = not text.strip().startswith("not ")
            for name in text.replace("not ", "").split():
                looked_up += 1
                there = exists(module, name)
                if there != expected or there != (said[row][library] != "–"):
                    wrong += 1
                    print(f"{row}: {library} has {said[row][library]}, {name} exists: {there}")
    print(f"{looked_up} names looked up in {len(said)} rows, {wrong} mistakes")
    sys.exit(bool(wrong))


main()
