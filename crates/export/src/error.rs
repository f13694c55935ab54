use thiserror::Error;

/// Why a predictor is not exported.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A part that has no translation, as a loss of your own.
    #[error(
        "the {family} `{kind}` cannot be exported: only activations and what comes with densely can; put one of \
         them in its place"
    )]
    Unknown {
        /// What it is: a layer, a loss or a transformation.
        family: &'static str,
        /// The part.
        kind: String,
    },
    /// A parameter of `f64` that is none of `f32`, in which networks are exported.
    #[error("layer {layer}: its {parameter} has {value}, which is infinite in f32")]
    TooLarge {
        /// The position of the layer, from 0.
        layer: usize,
        /// The name of the parameter.
        parameter: String,
        /// The value, as text.
        value: String,
    },
    /// The export would answer otherwise than the model: a part of your own bears the name of one of ours.
    #[error(
        "output {output} would be {exported} where the model has {model}: a part of the model is called as one \
         that comes with densely, and is another; give it a name of its own"
    )]
    Differs {
        /// The output, from 0.
        output: usize,
        /// Its score in the export.
        exported: f64,
        /// That in the model.
        model: f64,
    },
    /// A file of 2 GiB or more, which the format does not have.
    #[error("{bytes} bytes are more than an ONNX file has, 2,147,483,647: take a smaller network")]
    File {
        /// The size that it would have.
        bytes: usize,
    },
}
