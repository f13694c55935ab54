"""What scikit-learn makes of a few matrices, and a case for every transformation and matrix.

Here an example is a row; in the files it follows the one before it, which is a column there.
"""

import numpy
from numpy import linalg
from sklearn.decomposition import PCA
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from spec import numbers


def tall(random):
    """Many examples of a few correlated features."""
    spread = numpy.diag([5.0, 2.0, 1.0, 0.3]) @ random.normal(size=(4, 4))
    return (random.normal(size=(30, 4)) @ spread).round(2)


def wide(random):
    """Fewer examples than features: four directions have a variance."""
    return random.normal(size=(5, 9)).round(2)


def offset(random):
    """Around 1e6. Multiples of 2⁻¹⁰, whose sums are exact: those of NumPy lose digits
    otherwise, and then it is scikit-learn that is off by more than 1e-10."""
    x = random.normal(size=(32, 5)) * [3.0, 1.0, 0.5, 10.0, 2.0]
    return 1e6 + (x * 1024).round() / 1024


def constant(random):
    """The second feature is the same everywhere."""
    x = random.normal(size=(12, 4)).round(2)
    x[:, 1] = 0.7
    return x


def scales(random):
    """Features of very different sizes."""
    x = random.normal(size=(20, 6)) * [1e-3, 1e3, 1.0, 10.0, 0.1, 50.0]
    return x.round(4)


def redundant(random):
    """Six features of three directions: sums of others, in whole numbers."""
    x = random.integers(-9, 10, size=(15, 3))
    return numpy.hstack([x, x[:, :1] + x[:, 1:2], x[:, 1:2] - x[:, 2:], 2 * x[:, :1]]).astype(float)


def large(_):
    """Large enough for few components to be found without the others. It is not stored: the
    test makes it, too."""
    j, i = numpy.ogrid[:210, :192]
    x = 9 * (i * i % 13 - 6) * (3 * j * j % 17 - 8) + 4 * (7 * i % 11 - 5) * (5 * j % 19 - 9)
    return (x + (31 * i * i + 17 * i * j * j + 57 * j) % 101).astype(float)


class Moved:
    """`y = x - shift`."""

    def __init__(self, shift, mean=None):
        self.shift = shift
        self.parts = {"mean": shift if mean is None else mean}

    def transform(self, x):
        return x - self.shift

    def inverse_transform(self, y):
        return y + self.shift


def center(x):
    return Moved(x.mean(axis=0))


def channel_mean(channels, interleaved):
    """The mean of each channel over pixels and examples. scikit-learn has none."""

    def fit(x):
        pixels = x.shape[1] // channels
        shape = (-1, pixels, channels) if interleaved else (-1, channels, pixels)
        mean = x.reshape(shape).mean(axis=(0, 1) if interleaved else (0, 2))
        shift = numpy.tile(mean, pixels) if interleaved else numpy.repeat(mean, pixels)
        return Moved(shift, mean)

    return fit


class Standard:
    """Both divide by the number of examples, and by 1 where a feature is constant."""

    def __init__(self, x):
        self.scaler = StandardScaler().fit(x)
        self.parts = {"mean": self.scaler.mean_, "scale": self.scaler.scale_}
        self.transform = self.scaler.transform
        self.inverse_transform = self.scaler.inverse_transform


def min_max(lower, upper):
    def fit(x):
        scaler = MinMaxScaler((lower, upper)).fit(x)
        scaler.parts = {"minimum": scaler.data_min_, "maximum": scaler.data_max_}
        return scaler

    return fit


def max_abs(x):
    scaler = MaxAbsScaler().fit(x)
    scaler.parts = {"largest": scaler.max_abs_}
    return scaler


def robust(x):
    scaler = RobustScaler().fit(x)
    scaler.parts = {"median": scaler.center_, "scale": scaler.scale_}
    return scaler


class Components:
    """scikit-learn's PCA in the conventions of ours."""

    def __init__(self, x, components):
        pca = PCA(n_components=components, svd_solver="full").fit(x)
        everything = PCA(svd_solver="full").fit(x)
        # Components without a variance are rounding errors; ours leaves them out.
        noise = max(x.shape) * numpy.finfo(float).eps * everything.singular_values_[0]
        rank = (pca.singular_values_ > noise).sum()
        self.v = pca.components_[:rank].T
        # The entry of largest magnitude is positive; the first, if rounding errors decide.
        size = abs(self.v)
        first = (size > size.max(axis=0) * (1 - 1e-8)).argmax(axis=0)
        self.v = self.v * numpy.sign(self.v[first, range(rank)])
        # Divided by n, not by n - 1.
        by_n = (len(x) - 1) / len(x)
        self.variances = pca.explained_variance_[:rank] * by_n
        self.mean = pca.mean_
        total = everything.explained_variance_.sum() * by_n
        self.parts = {
            "mean": self.mean,
            "components": self.v.T.ravel(),
            "variances": self.variances,
            "total_variance": [total],
        }

    # PCA.transform computes x Vᵀ - mean Vᵀ, where digits cancel if the mean is large.
    def transform(self, x):
        return (x - self.mean) @ self.v

    def inverse_transform(self, y):
        return y @ self.v.T + self.mean


class White(Components):
    """`whiten=True` divides by deviations that are by n - 1, and has no epsilon."""

    def __init__(self, x, components=None, epsilon=0.0):
        super().__init__(x, components)
        self.deviations = numpy.sqrt(self.variances + epsilon)

    def transform(self, x):
        return super().transform(x) / self.deviations

    def inverse_transform(self, y):
        return super().inverse_transform(y * self.deviations)


class Zca(White):
    """Whitened, and turned back. scikit-learn has none."""

    def transform(self, x):
        return super().transform(x) @ self.v.T

    def inverse_transform(self, y):
        return super().inverse_transform(y @ self.v)


class Chain:
    def __init__(self, *fits):
        self.fits = fits

    def __call__(self, x):
        self.steps, self.parts = [], {}
        for fit in self.fits:
            self.steps.append(fit(x))
            x = self.steps[-1].transform(x)
        return self

    def transform(self, x):
        for step in self.steps:
            x = step.transform(x)
        return x

    def inverse_transform(self, y):
        for step in reversed(self.steps):
            y = step.inverse_transform(y)
        return y


def pca(components):
    return lambda x: Components(x, components)


def whiten(components=None, epsilon=0.0):
    return lambda x: White(x, components, epsilon)


def zca(components=None, epsilon=0.0):
    return lambda x: Zca(x, components, epsilon)


METHODS = {
    "center": center,
    "standardize": Standard,
    "min-max": min_max(0, 1),
    "min-max:-1:0.5": min_max(-1, 0.5),
    "max-abs": max_abs,
    "robust": robust,
    "pca": pca(None),
    "pca:2": pca(2),
    # scikit-learn keeps the fewest components with more than this share, ours those with at
    # least as much.
    "pca:0.9": pca(0.9),
    "whiten": whiten(),
    "whiten:2": whiten(2),
    "whiten, epsilon 0.00001": whiten(epsilon=1e-5),
    "whiten, epsilon 0.5": whiten(epsilon=0.5),
    "zca": zca(),
    "zca:2": zca(2),
    "zca, epsilon 0.00001": zca(epsilon=1e-5),
    "mean-image": center,
    "standardize,pca:2": Chain(Standard, pca(2)),
    "standardize,whiten,min-max:-1:0.5": Chain(Standard, whiten(), min_max(-1, 0.5)),
}
IMAGES = {
    "channel-mean:3": channel_mean(3, interleaved=False),
    "channel-mean:3:interleaved": channel_mean(3, interleaved=True),
}


def solve(name, matrix, fit):
    random = numpy.random.default_rng(0)
    x = matrix(random)
    # Other examples, which leave the constant feature, too.
    new = x[:4] + numpy.array([[0.25], [-0.5], [0.125], [-1.0]])
    fitted = fit(x)
    y = fitted.transform(new)
    method, epsilon = name.split(", epsilon ") if ", epsilon " in name else (name, "")
    lines = {
        "case": f"{name} of {matrix.__name__}",
        "method": method,
        "epsilon": epsilon,
        "features": x.shape[1],
        "x": "" if matrix is large else numbers(x.ravel()),
        "new": numbers(new.ravel()),
        "transformed": numbers(y.ravel()),
        "inverse": numbers(fitted.inverse_transform(y).ravel()),
    }
    lines |= {part: numbers(values) for part, values in fitted.parts.items()}
    return {key: value for key, value in lines.items() if value}


def solve_all():
    matrices = [tall, wide, offset, constant, scales, redundant]
    cases = [solve(name, m, METHODS[name]) for name in METHODS for m in matrices]
    cases += [solve(name, m, IMAGES[name]) for name in IMAGES for m in (wide, scales)]
    return cases + [solve("pca:2", large, METHODS["pca:2"])]
