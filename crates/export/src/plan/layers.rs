//! A network's layers: one arm per layer with parameters; the rest says itself what it computes.

use densely_layers::{Described, Expression, Kind, Layer, LayerKinds, Maxout, Sequential, Stage};
use densely_tensor::{Mat, Scalar};

use crate::ExportError;

/// A layer, in `f32`.
#[derive(Debug, Clone)]
pub(crate) struct PlannedLayer {
    /// Its position in the network, from 0.
    pub(crate) stage: usize,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) op: Op,
}

impl PlannedLayer {
    /// Whether it has learnt something.
    pub(crate) fn has_parameters(&self) -> bool {
        !matches!(self.op, Op::Maxout { .. } | Op::Elementwise { .. })
    }
}

/// What a layer does.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// `W x + b`, W of outputs x inputs, row after row.
    Linear { weight: Vec<f32>, bias: Vec<f32> },
    /// `s x + t`.
    ScaleShift { scale: Vec<f32>, shift: Vec<f32> },
    /// `x`, and `s x` below 0; one slope is that of each.
    PRelu { slope: Vec<f32> },
    /// The largest of every `outputs`-th.
    Maxout { pieces: usize },
    /// The same function of each number. `ours` is what it is, if it comes with densely.
    Elementwise { ours: Option<Kind>, expression: Expression },
}

/// The layers that do something outside training.
pub(super) fn planned<T: Scalar>(
    network: &Sequential<T>,
) -> Result<Vec<PlannedLayer>, ExportError> {
    let mut layers = Vec::new();
    for (index, stage) in network.stages().iter().enumerate() {
        if let Some(op) = op(index, stage)? {
            let (inputs, outputs) = (stage.in_features(), stage.out_features());
            layers.push(PlannedLayer { stage: index, inputs, outputs, op });
        }
    }
    Ok(layers)
}

fn op<T: Scalar>(index: usize, stage: &Stage<T>) -> Result<Option<Op>, ExportError> {
    let kind = stage.layer().kind();
    let unknown = || ExportError::Unknown { family: "layer", kind: kind.to_string() };
    let mut parameters = parameters(index, stage.layer())?.into_iter();
    let mut next = || parameters.next().ok_or_else(unknown);
    Ok(Some(match kind.name() {
        "linear" => Op::Linear { weight: next()?, bias: next()? },
        "scale-shift" => Op::ScaleShift { scale: next()?, shift: next()? },
        "prelu" | "shared-prelu" => Op::PRelu { slope: next()? },
        "maxout" => {
            let options = Maxout::SPEC.read(&kind).map_err(|_| unknown())?;
            Op::Maxout { pieces: options.count("pieces") }
        }
        "dropout" | "input-noise" => return Ok(None),
        _ => {
            let expression = stage.layer().expression().ok_or_else(unknown)?;
            if expression.operations().len() == 1 {
                return Ok(None);
            }
            Op::Elementwise { ours: ours::<T>(&kind, &expression), expression }
        }
    }))
}

/// The kind, if it is one of ours and computes what ours does.
fn ours<T: Scalar>(kind: &Kind, expression: &Expression) -> Option<Kind> {
    let known = LayerKinds::<T>::new();
    let layer = known.get(kind.clone()).ok()?.layer(1).ok()?;
    (layer.expression().as_ref() == Some(expression)).then(|| kind.clone())
}

/// The parameters of a layer, row after row.
fn parameters<T: Scalar>(index: usize, layer: &dyn Layer<T>) -> Result<Vec<Vec<f32>>, ExportError> {
    let (mut all, mut result) = (Vec::new(), Ok(()));
    layer.visit_params(&mut |param| {
        let narrow = narrowed(&param.value);
        if let (Ok(()), Some(value)) = (&result, narrow.iter().position(|x| !x.is_finite())) {
            let (row, column) = (value / param.value.ncols(), value % param.value.ncols());
            let value = param.value[(row, column)].to_f64();
            let (parameter, value) = (param.name.to_string(), format!("{value:e}"));
            result = Err(ExportError::TooLarge { layer: index, parameter, value });
        }
        all.push(narrow);
    });
    result.map(|()| all)
}

fn narrowed<T: Scalar>(x: &Mat<T>) -> Vec<f32> {
    let rows = 0..x.nrows();
    rows.flat_map(|i| (0..x.ncols()).map(move |j| x[(i, j)].to_f64() as f32)).collect()
}
