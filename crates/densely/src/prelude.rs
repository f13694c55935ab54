//! What most programs need: `use densely::prelude::*`.

pub use densely_data::{Dataset, DatasetOptions, Table, Task, digits};
pub use densely_formats::{AnyModel, ModelFile, Provenance};
pub use densely_layers::{
    Activation, At, Identity, Layer, LeakyRelu, Linear, Maxout, Param, Relu, Sequential, Sigmoid,
    Tanh,
};
pub use densely_loss::{Loss, MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, Targets};
pub use densely_models::{
    ActivationKind, CrossValidation, Evaluation, LinearClassifier, LossKind, Mlp, Model,
    Prediction, Predictor, Preparation, Trainer, TrainingStep, Workspace,
};
pub use densely_optim::{
    Adagrad, Adam, AdamW, ConstantRate, CosineDecay, ExponentialDecay, OneCycle, Optimizer,
    Penalty, Plateau, RmsProp, Schedule, Sgd, StepDecay,
};
pub use densely_preprocess::{Center, Method, Pca, Preprocessor, Standardize, Transform, Whiten};
pub use densely_tensor::{
    Initializer, Key, Mat, MatMut, MatRef, Purpose, Real, Scalar, Stream, Threads, mat,
};
