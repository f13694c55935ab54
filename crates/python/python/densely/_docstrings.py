"""What the docstrings of both networks say alike."""

from typing import TypeVar

_Class = TypeVar("_Class", bound=type)

FIRST = '''
hidden_layer_sizes : int or sequence of int, default=(64,)
    The widths of the hidden layers; () for a linear model.
activation : str or list of str, default="relu"
    The activation of all hidden layers, or one for each: "relu", "leaky-relu(0.1)", "prelu", "elu", "gelu", "tanh",
    "logistic", "maxout(3)" and more, which `densely.known("activation")` lists.
solver : str, default="adam"
    "adam", "adamw", "nadam", "sgd", "rmsprop", "adagrad", "lion", with options as `"adam(beta1=0.8)"`.
weight_decay : float, default=None
    Strength w of the penalty w/2 |W|² on weights (not biases) beside the mean loss; of decoupled decay for "adamw".
    None for the solver's own: 0.0015 of "adam". scikit-learn's `alpha` is this times the batch size.
batch_size : int, default=32
    Rows in a mini-batch.
learning_rate : str, default="constant"
    How the step size changes, with times in epochs: "constant", "cosine", "step(30, 0.1)", "exponential", "one-cycle",
    "plateau" and more, which `densely.known("schedule")` lists.
learning_rate_init : float, default=None
    The step size; None for the solver's own: 0.003 of "adam", 0.01 of "sgd".
max_iter : int, default=200
    Epochs, at most.
random_state : int, RandomState instance or None, default=None
    The seed of the weights, the split and the order of the rows. A whole number gives the bits that the program has
    with that seed.
verbose : bool, default=False
    Whether to print a line for each epoch.
warm_start : bool, default=False
    Whether `fit` goes on from the weights of the last one, with its preprocessing.
momentum : float, default=None
    Of "sgd" (None for 0.9) and "rmsprop".
nesterovs_momentum : bool, default=False
    Of "sgd".
early_stopping : bool or "auto", default="auto"
    Whether a part of the rows is set aside, training stops when the loss on it no longer falls, and the weights of the
    epoch with the lowest are kept. "auto": from 100 rows on.
validation_fraction : float, default=0.1
    The share that is set aside: the same of each class.
beta_1, beta_2, epsilon : float, default=None
    Of "adam" and its relatives; None for the solver's own.
n_iter_no_change : int, default=20
    Epochs without a lower validation loss after which training stops.
'''

THEN = '''
dropout : float, default=0.0
    Probability to drop a unit of a hidden layer in training.
input_noise : float, default=0.0
    Standard deviation of noise on the preprocessed features in training.
l1 : float, default=None
    Strength of the penalty on the absolute values of weights.
max_norm : float, default=None
    Limit of the norm of each unit's incoming weights.
clip_norm : float, default=None
    Limit of the norm of the gradient; None for 5, 0.0 for no limit.
warm_up : float, default=0.0
    Epochs in which the step size rises at first.
preprocess : str, list of str or None, default="standardize(keep-binary)"
    What is done to features: "standardize", also but for those of 0 and 1, which are kept, "center", "min-max", "robust",
    "pca(0.95)", "whiten" and more, one after the other. It is part of the model. With `sample_weight`, "standardize" and "center" alone are weighted.
'''

LAST = '''
dtype : {"float32", "float64"}, default=None
    The number type of the network; None for that of `X`.
n_jobs : int, default=None
    Threads, as in joblib. The bits of the result do not depend on them.
'''

ATTRIBUTES = '''
loss_curve_ : list of float
    The mean loss of each epoch, before its steps.
loss_, best_loss_ : float
    The last of them, and the lowest.
validation_scores_, validation_loss_curve_ : list of float or None
    Accuracy or R², and loss, on the validation part after each epoch.
best_iter_ : int
    The epoch whose weights the network has, from 1.
best_validation_score_ : float or None
    The score of that epoch.
diagnosis_ : list of str
    What kept the network from learning, and what to change; empty if nothing did.
history_ : list of dict
    All that is known of each epoch.
n_iter_ : int
    The number of epochs.
coefs_, intercepts_ : list of ndarray
    Weights (inputs x units) and biases of the layers.
n_layers_, n_outputs_ : int
    Layers, of which the inputs are one, and outputs.
out_activation_ : str
    What makes predictions of the outputs: "softmax", "logistic" or "identity".
n_features_in_ : int
    Features of `X`.
feature_names_in_ : ndarray of str
    Their names, if `X` has any.
'''


def documented(cls: _Class) -> _Class:
    """Puts what both say alike into the docstring of a class."""
    for name, text in (("{first}", FIRST), ("{then}", THEN), ("{last}", LAST), ("{attributes}", ATTRIBUTES)):
        cls.__doc__ = (cls.__doc__ or "").replace(name, text.strip().replace("\n", "\n    "))
    return cls
