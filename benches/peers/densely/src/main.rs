//! Our own worker: the public interface of `densely`, as a user would call it.

mod accuracy;
mod infer;
mod network;
mod train;
mod whiten;

use densely::tensor::Scalar;
use peer_protocol::{Failure, Row, Task, serve};

fn main() {
    serve("this repository", |row| match row.dtype.as_str() {
        "f32" => prepare::<f32>(row),
        _ => prepare::<f64>(row),
    });
}

fn prepare<T: Scalar>(row: Row) -> Result<Box<dyn Task>, Failure> {
    Ok(match row.kind.as_str() {
        "train" => Box::new(train::Train::<T>::new(&row)?),
        "latency" => Box::new(infer::Latency::<T>::new(&row)?),
        "batch" => Box::new(infer::Batch::<T>::new(&row)?),
        "accuracy" => Box::new(accuracy::Accuracy::<T>::new(row)?),
        "pca" => Box::new(whiten::Whitening::new(&row)?),
        kind => return Err(Failure::Unsupported(format!("no rows of kind {kind}"))),
    })
}
