//! Random values of a case, addressed by what they are for and where they stand: a case
//! of smaller shapes is a part of the larger one, so shrinking does not lose a mistake.

use densely_tensor::{Key, Mat, Purpose, Stream};

/// The stream of column `column` of thing `which` of a case.
pub(crate) fn stream(seed: u64, which: u32, column: usize) -> Stream {
    let key = Key { layer: which, column: column as u64, ..Key::default() };
    Stream::new(seed, Purpose::Other, key)
}

/// A matrix whose columns are drawn from streams of their own.
pub(crate) fn matrix(
    seed: u64,
    which: u32,
    (rows, columns): (usize, usize),
    mut draw: impl FnMut(&mut Stream) -> f64,
) -> Mat<f64> {
    let mut m = Mat::zeros(rows, columns);
    for j in 0..columns {
        let mut stream = stream(seed, which, j);
        for i in 0..rows {
            m[(i, j)] = draw(&mut stream);
        }
    }
    m
}

/// Normal values, with this standard deviation.
pub(crate) fn normal(seed: u64, which: u32, shape: (usize, usize), deviation: f64) -> Mat<f64> {
    matrix(seed, which, shape, |stream| deviation * stream.normal::<f64>())
}
