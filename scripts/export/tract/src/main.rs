//! What tract makes of an ONNX file: `densely-tract MODEL` reads lines of JSON, an object each with a list of rows for
//! each input, of numbers or texts, `null` for NaN; for each it prints an object with a list for each output.
//! `scripts/export/onnx` starts it.

use std::error::Error;
use std::io::stdin;

use serde_json::{Map, Value};
use tract_onnx::prelude::tract_ndarray::Array2;
use tract_onnx::prelude::*;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("which model?")?;
    let model = tract_onnx::onnx().model_for_path(path)?;
    let name = |outlet: &OutletId| model.node(outlet.node).name.clone();
    let inputs: Vec<String> = model.input_outlets()?.iter().map(name).collect();
    let label =
        |outlet: &OutletId| model.outlet_label(*outlet).map_or_else(|| name(outlet), str::to_owned);
    let outputs: Vec<String> = model.output_outlets()?.iter().map(label).collect();
    let model = model.into_optimized()?.into_runnable()?;
    for line in stdin().lines() {
        let feed: Map<String, Value> = serde_json::from_str(&line?)?;
        let tensors = inputs.iter().map(|name| tensor(&feed[name]).map(Into::into));
        let answers = model.run(tensors.collect::<Result<TVec<TValue>, Failure>>()?)?;
        let answers = outputs.iter().zip(answers.iter());
        let answers = answers.map(|(name, answer)| Ok((name.clone(), values(answer)?)));
        println!("{}", Value::from(answers.collect::<Result<Map<String, Value>, Failure>>()?));
    }
    Ok(())
}

/// Rows of numbers or of texts.
fn tensor(rows: &Value) -> Result<Tensor, Failure> {
    let rows = rows.as_array().ok_or("an input should be a list of rows")?;
    let width = rows.first().and_then(Value::as_array).map_or(0, Vec::len);
    let cells: Vec<&Value> = rows.iter().filter_map(Value::as_array).flatten().collect();
    let shape = (rows.len(), width);
    Ok(if cells.iter().any(|cell| cell.is_string()) {
        let texts = cells.iter().map(|cell| cell.as_str().unwrap_or_default().to_owned());
        Array2::from_shape_vec(shape, texts.collect())?.into()
    } else {
        let numbers = cells.iter().map(|cell| cell.as_f64().unwrap_or(f64::NAN));
        Array2::from_shape_vec(shape, numbers.collect())?.into()
    })
}

/// The values of an output, row after row.
fn values(answer: &Tensor) -> Result<Value, Failure> {
    if answer.datum_type() == String::datum_type() {
        let texts = answer.to_plain_array_view::<String>()?;
        return Ok(texts.iter().cloned().map(Value::from).collect());
    }
    let numbers = answer.cast_to::<f64>()?;
    let numbers = numbers.to_plain_array_view::<f64>()?;
    Ok(numbers.iter().copied().map(Value::from).collect())
}
