"""Preprocessing, and the shares of a split."""

import numpy
import sklearn.decomposition
import sklearn.preprocessing
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold, train_test_split
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from row import row
from rust import linfa

x = numpy.array([[0.0, 7.0], [2.0, 7.0], [7.0, 7.0]])


@row("standardising")
def standardising():
    yield "scikit-learn", "scale", StandardScaler().fit(x).scale_[0], numpy.sqrt(26 / 3)


@row("a constant feature, standardised")
def constant_standardised():
    new = StandardScaler().fit(x).transform([[0.0, 9.0]])
    yield "scikit-learn", "9 where training had 7 only", new[0, 1], 2.0


@row("what is constant, standardising")
def constant_deviation():
    for rows, scaled in ((500, True), (600, False)):
        stamps = 1.7e15 + numpy.linspace(0, 700, rows).round()[:, None]
        scale = StandardScaler().fit(stamps).scale_.item()
        stated = stamps.std() if scaled else 1.0
        yield (
            "scikit-learn",
            f"scale of {rows} time stamps in µs, deviation 202",
            round(scale),
            round(stated),
        )
    stamps = 1.7e15 + numpy.arange(1_000_000.0)[:, None]
    scaled = StandardScaler().fit_transform(stamps)
    yield "scikit-learn", "a million, one a µs, become at most", abs(scaled).max(), 499_999.75


@row("what is constant, min-max")
def constant_range():
    for extent, becomes in ((1.1e-6, 1.1e-6), (1.2e-6, 1.0)):
        small = numpy.array([[0], [extent]], dtype=numpy.float32)
        seen = MinMaxScaler().fit_transform(small).max()
        yield "scikit-learn", f"f32, a range of {extent}, becomes", float(seen), becomes
    yield (
        "scikit-learn",
        "f64, a range of 1e-6",
        MinMaxScaler().fit_transform([[0], [1e-6]]).max(),
        1.0,
    )
    yield (
        "scikit-learn",
        "f64, a range of 2e-15",
        MinMaxScaler().fit_transform([[0], [2e-15]]).max(),
        2e-15,
    )


@row("min-max")
def min_max():
    data = 1e9 + numpy.array([[0.0], [1.0], [3.0]])
    error = abs(MinMaxScaler().fit_transform(data)[1, 0] - 1 / 3)
    yield (
        "scikit-learn",
        "error of 1/3 of a range of 3 at 1e9, above 1e-9",
        bool(error > 1e-9),
        True,
    )


@row("what is divided by 1, largest magnitude")
def no_magnitude():
    for largest, becomes in ((2e-15, 1.0), (3e-15, 3e-15)):
        scale = MaxAbsScaler().fit([[largest], [0.0]]).scale_.item()
        yield "scikit-learn", f"scale of values up to {largest}", scale, becomes


@row("what has no range, robust scaling")
def no_range():
    for step, becomes in ((5e-16, 1.0), (5e-15, 1e-14)):
        values = step * numpy.arange(5.0)[:, None]
        scale = RobustScaler().fit(values).scale_.item()
        yield "scikit-learn", f"scale of quartiles {2 * step} apart", scale, becomes


@row("variances of components")
def variances():
    data = numpy.array([[1.0], [2.0], [6.0]])
    yield "scikit-learn", "explained_variance_", PCA().fit(data).explained_variance_, [14 / 2]
    seen = linfa("variance of 1 component"), linfa("variances of 2")
    yield "linfa", "of one component", seen[0], [numpy.inf]
    yield "linfa", "of two, whose squares sum to 40 and 10", seen[1], [40.0, 10.0]


@row("sign of a component")
def sign():
    rotated = numpy.random.default_rng(0).normal(size=(30, 4)) @ numpy.diag([5.0, 2.0, 1.0, 0.3])
    largest = [max(row, key=abs) > 0 for row in PCA().fit(rotated).components_]
    yield "scikit-learn", "the largest entry of each is positive", largest, [True] * 4


@row("components without a variance")
def without_variance():
    data = numpy.arange(12.0)[:, None] * [1.0, 2.0, 3.0] + 0.1
    seen = PCA(svd_solver="full").fit(data).explained_variance_
    yield "scikit-learn", "of three, with a variance below 1e-28", int((seen < 1e-28).sum()), 2


@row("components by their share")
def share():
    data = numpy.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    yield "scikit-learn", "share of the first", PCA().fit(data).explained_variance_ratio_[0], 0.8
    yield (
        "scikit-learn",
        "components for a share of 0.8",
        PCA(n_components=0.8).fit(data).n_components_,
        2,
    )


@row("projection")
def projection():
    rotation = numpy.linalg.qr(numpy.random.default_rng(0).normal(size=(4, 4)))[0]
    data = 1e9 + numpy.random.default_rng(1).normal(size=(50, 4)).round(3) @ rotation.round(1)
    pca = PCA().fit(data)
    error = abs(pca.transform(data) - (data - pca.mean_) @ pca.components_.T).max()
    yield "scikit-learn", "a difference above 1e-8 at a mean of 1e9", bool(error > 1e-8), True


@row("whitening")
def whitening():
    data = numpy.random.default_rng(0).normal(size=(5, 2))
    white = PCA(whiten=True).fit_transform(data)
    yield "scikit-learn", "variance, divided by n", white.var(axis=0), [4 / 5, 4 / 5]
    yield "linfa", "variance, divided by n", linfa("variances of whitened data"), [3 / 4, 3 / 4]


@row("ZCA")
def zca():
    names = dir(sklearn.decomposition) + dir(sklearn.preprocessing)
    yield "scikit-learn", "names with ZCA", [name for name in names if "zca" in name.lower()], []
    yield "linfa", "of a column that is there twice", linfa("ZCA of a doubled column"), [numpy.nan]


@row("shares of a split")
def shares():
    for examples, test in ((10, 2), (11, 3), (12, 3), (14, 3)):
        seen = len(train_test_split(range(examples), test_size=0.2)[1])
        yield "scikit-learn", f"test part of {examples}, 0.2", seen, test
    yield "linfa", "training and test part of 11, 0.8", linfa("split of 11"), [9, 2]


@row("folds")
def folds():
    seen = [len(test) for _, test in KFold(4).split(numpy.zeros((11, 1)))]
    yield "scikit-learn", "4 folds of 11", seen, [3, 3, 3, 2]
    yield "linfa", "4 folds of 11", linfa("4 folds of 11"), [2, 2, 2, 2]
