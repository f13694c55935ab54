//! What most programs need: `use densely::prelude::*`.

pub use densely_data::{Dataset, Task, digits};
pub use densely_formats::{AnyModel, ModelFile, Provenance};
pub use densely_layers::activations::*;
pub use densely_layers::layers::*;
pub use densely_layers::{
    Activation, At, Described, Kind, Layer, LayerKind, LayerKinds, Options, Param, Role,
    Sequential, Spec, Start,
};
pub use densely_loss::losses::*;
pub use densely_loss::{Loss, LossKinds, Targets};
pub use densely_models::{
    Checkpoint, CrossValidation, Evaluation, Halving, IntoModel, LinearClassifier, Mlp, Model,
    NetworkOptions, Prediction, Predictor, Preparation, Registry, SearchSpace, Trainer, Training,
    TrainingStep, Workspace,
};
pub use densely_optim::optimizers::*;
pub use densely_optim::schedules::*;
pub use densely_optim::{
    Optimizer, OptimizerKinds, Parameters, Penalty, Plateau, Schedule, ScheduleKinds,
};
pub use densely_preprocess::transformations::*;
pub use densely_preprocess::{
    Components, FittedTransform, Learned, Pipeline, RunningCovariance, RunningStatistics,
    Transform, TransformKind, TransformKinds,
};
pub use densely_table::{
    Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns,
};
pub use densely_tensor::{
    Initializer, Key, Mat, MatMut, MatRef, Purpose, Real, Scalar, ShapeError, Stream, Threads,
    columns_of, mat,
};
