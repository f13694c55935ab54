use densely::data::DataError;
use densely::layers::{KindError, OptionError};
use densely::models::ModelError;
use densely::optim::OptimError;
use densely::preprocess::PreprocessError;
use densely::tensor::ShapeError;
use densely_picture::PictureError;
use thiserror::Error;

/// Why an experiment could not be run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotesError {
    /// A name that stands for no experiment.
    #[error("unknown experiment \"{name}\": choose one of {choices}")]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names there are.
        choices: String,
    },
    /// A lab without seeds.
    #[error("an experiment needs at least 1 seed, got 0")]
    NoSeeds,
    /// A model that could not be built or trained.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Data that are not fit to learn from.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Sizes that do not fit.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A layer that cannot be made as asked.
    #[error(transparent)]
    Kind(#[from] KindError),
    /// An option outside its range.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// An optimiser that cannot make a step.
    #[error(transparent)]
    Optim(#[from] OptimError),
    /// Preprocessing that cannot be fitted.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// A picture that cannot be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
}
