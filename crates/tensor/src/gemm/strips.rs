use faer::{MatMut, MatRef};

use super::ROW_BYTES;
use crate::columns::{column, column_mut};
use crate::kernels::vectorize;
use crate::reduce::LANES;
use crate::{Real, Scalar, ShapeError, matrix_bytes};

/// Weights of fewer rows or columns are not waited for, and products with them add up otherwise.
const LEAST: usize = 64;

/// Bytes of a result that are kept in registers at a time.
const STRIP_BYTES: usize = 256;

/// The weights of a fully-connected layer once more, in the order in which one example goes over them: strips of some
/// rows, and in each the rows' weights for the first input, for the second, and so on.
///
/// An example that is alone does two operations with each weight, and waits for the weights to come. So they lie one
/// after the other, and where all are [bf16](round_to_bf16) numbers, in two bytes each, which are widened in registers.
/// Sums are those of [`affine`](super::affine), to the bit.
///
/// ```
/// use densely_tensor::kernels::Strips;
/// use densely_tensor::{Mat, affine};
///
/// let w = Mat::<f32>::from_fn(100, 200, |i, k| (i * k % 7) as f32 - 3.0);
/// let (x, b) = (Mat::<f32>::from_fn(200, 1, |k, _| k as f32), Mat::<f32>::zeros(100, 1));
/// let (mut y, mut expected) = (Mat::<f32>::zeros(100, 1), Mat::<f32>::zeros(100, 1));
/// let strips = Strips::new(w.as_ref())?.expect("64 rows and columns at least");
/// strips.affine(y.as_mut(), x.as_ref(), b.as_ref());
/// affine(expected.as_mut(), w.as_ref(), x.as_ref(), b.as_ref());
/// assert_eq!(y, expected);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Strips<T> {
    rows: usize,
    columns: usize,
    values: Values<T>,
}

#[derive(Debug, Clone)]
enum Values<T> {
    Full(Vec<T>),
    Bf16(Vec<u16>),
}

impl<T: Scalar> Strips<T> {
    /// Of the weights `w: m x k`; `None` if these are fewer than 64 rows or columns, which are not waited for.
    ///
    /// # Errors
    /// If there is no memory for as much as `w` once more.
    pub fn new(w: MatRef<'_, T>) -> Result<Option<Self>, ShapeError> {
        let (rows, columns) = w.shape();
        if rows.min(columns) < LEAST {
            return Ok(None);
        }
        let padded = rows.next_multiple_of(LANES);
        ShapeError::expect_memory("Strips", "the weights", matrix_bytes::<T>(padded, columns))?;
        let all_halves = (0..columns).all(|k| (0..rows).all(|i| to_bf16(w[(i, k)]).is_some()));
        let values = match all_halves {
            true => Values::Bf16(laid_out(w, 0, |value| to_bf16(value).unwrap_or_default())),
            false => Values::Full(laid_out(w, T::ZERO, |value| value)),
        };
        Ok(Some(Self { rows, columns, values }))
    }

    /// The bytes of the weights.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.values {
            Values::Full(values) => size_of_val(values.as_slice()),
            Values::Bf16(values) => size_of_val(values.as_slice()),
        }
    }

    /// `y = W x + b`.
    ///
    /// # Shapes
    /// `x: k x 1`, `bias: m x 1`, `y: m x 1`, for the weights `m x k`.
    ///
    /// # Panics
    /// For other shapes, or columns that are not contiguous.
    pub fn affine(&self, mut y: MatMut<'_, T>, x: MatRef<'_, T>, bias: MatRef<'_, T>) {
        assert_eq!(x.shape(), (self.columns, 1), "Strips::affine: shape of x");
        assert_eq!(bias.shape(), (self.rows, 1), "Strips::affine: shape of the bias");
        assert_eq!(y.shape(), (self.rows, 1), "Strips::affine: shape of y");
        let (x, bias, y) = (column(x, 0), column(bias, 0), column_mut(y.as_mut(), 0));
        match &self.values {
            Values::Full(values) => strips(values, |value| value, x, bias, y),
            Values::Bf16(values) => strips(values, of_bf16, x, bias, y),
        }
    }
}

/// The rows of a strip, but for the last.
const fn most_rows<T>() -> usize {
    STRIP_BYTES / size_of::<T>()
}

/// The weights in the order of strips; the last is filled up to a multiple of [`LANES`].
fn laid_out<T: Scalar, E: Copy>(w: MatRef<'_, T>, padding: E, of: impl Fn(T) -> E) -> Vec<E> {
    let (rows, columns) = w.shape();
    let mut values = Vec::with_capacity(rows.next_multiple_of(LANES) * columns);
    for first in (0..rows).step_by(most_rows::<T>()) {
        let count = most_rows::<T>().min(rows - first);
        for k in 0..columns {
            values.extend((first..first + count).map(|i| of(w[(i, k)])));
            values.resize(values.len().next_multiple_of(LANES), padding);
        }
    }
    values
}

fn strips<T: Scalar, E: Copy>(
    values: &[E],
    widen: impl Fn(E) -> T + Copy,
    x: &[T],
    bias: &[T],
    y: &mut [T],
) {
    vectorize(
        #[inline(always)]
        || {
            let most = most_rows::<T>();
            let parts =
                values.chunks(most * x.len()).zip(bias.chunks(most)).zip(y.chunks_mut(most));
            for ((values, bias), y) in parts {
                match y.len().div_ceil(LANES) {
                    1 => strip::<T, E, LANES>(values, widen, x, bias, y),
                    2 => strip::<T, E, { 2 * LANES }>(values, widen, x, bias, y),
                    3 => strip::<T, E, { 3 * LANES }>(values, widen, x, bias, y),
                    _ => strip::<T, E, { 4 * LANES }>(values, widen, x, bias, y),
                }
            }
        },
    );
}

/// One strip of `R` rows: the terms of [`ROW_BYTES`] of an input are added up in order, and their sum is added to what
/// there was, as the kernel for many columns does it.
#[inline(always)]
fn strip<T: Scalar, E: Copy, const R: usize>(
    values: &[E],
    widen: impl Fn(E) -> T,
    x: &[T],
    bias: &[T],
    y: &mut [T],
) {
    let depth = ROW_BYTES / size_of::<T>();
    let mut totals = [T::ZERO; R];
    totals[..bias.len()].copy_from_slice(bias);
    for (values, x) in values.chunks(R * depth).zip(x.chunks(depth)) {
        // A term that is alone is not rounded before it is added.
        let mut sums = if x.len() == 1 { totals } else { [T::ZERO; R] };
        for (values, &x) in values.chunks_exact(R).zip(x) {
            let Some(values) = values.first_chunk::<R>() else { continue };
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum = Real::mul_add(widen(value), x, *sum);
            }
        }
        match x.len() {
            1 => totals = sums,
            _ => totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum),
        }
    }
    y.copy_from_slice(&totals[..y.len()]);
}

/// The nearest number of 8 significant bits, ties to even, with the exponents of `f32`: bfloat16. Magnitudes beyond
/// `f32` become its largest; NaN stays.
///
/// ```
/// use densely_tensor::kernels::round_to_bf16;
///
/// assert_eq!(round_to_bf16(1.003_f32), 1.0);
/// assert_eq!(round_to_bf16(1.005_f32), 1.0078125);
/// ```
#[must_use]
pub fn round_to_bf16<T: Scalar>(value: T) -> T {
    let narrow = value.to_f64() as f32;
    if narrow.is_nan() {
        return value;
    }
    const LARGEST: u32 = 0x7f7f_0000;
    let (sign, magnitude) = (narrow.to_bits() & 1 << 31, narrow.to_bits() & !(1 << 31));
    let rounded = (magnitude + 0x7fff + (magnitude >> 16 & 1)) & !0xffff;
    T::from_f64(f64::from(f32::from_bits(sign | rounded.min(LARGEST))))
}

/// The upper half of the bits in `f32`, if the others are 0.
fn to_bf16<T: Scalar>(value: T) -> Option<u16> {
    let wide = value.to_f64();
    let bits = (wide as f32).to_bits();
    let is_exact = f64::from(f32::from_bits(bits)) == wide && bits & 0xffff == 0;
    is_exact.then_some((bits >> 16) as u16)
}

#[inline(always)]
fn of_bf16<T: Scalar>(bits: u16) -> T {
    T::from_f64(f64::from(f32::from_bits(u32::from(bits) << 16)))
}

#[cfg(test)]
mod tests {
    use faer::Mat;

    use super::super::affine;
    use super::*;

    fn strips_add_as_affine_does<T: Scalar>() {
        let depth = ROW_BYTES / size_of::<T>();
        let entry = |i: usize, j: usize| T::from_f64(((i * 31 + j * 17) as f64 * 0.37).sin());
        for k in [64, 65, 100, depth - 1, depth, depth + 1, depth + 2, 2 * depth + 1] {
            for m in (64..82).chain([95, 96, 97, 111, 112, 113, 127, 128, 129, 200, 256, 300]) {
                for halves in [false, true] {
                    let w = Mat::from_fn(m, k, |i, j| match halves {
                        true => round_to_bf16(entry(i, j)),
                        false => entry(i, j),
                    });
                    let (x, bias) = (Mat::from_fn(k, 1, entry), Mat::from_fn(m, 1, entry));
                    let (mut y, mut expected) = (Mat::zeros(m, 1), Mat::zeros(m, 1));
                    let strips = Strips::new(w.as_ref()).unwrap().unwrap();
                    strips.affine(y.as_mut(), x.as_ref(), bias.as_ref());
                    affine(expected.as_mut(), w.as_ref(), x.as_ref(), bias.as_ref());
                    assert_eq!(y, expected, "{}: {m} x {k}, {halves}", T::NAME);
                    let size = if halves { 2 } else { size_of::<T>() };
                    assert_eq!(strips.bytes(), m.next_multiple_of(LANES) * k * size);
                }
            }
        }
    }

    #[test]
    fn strips_add_as_affine_does_in_f32() {
        strips_add_as_affine_does::<f32>();
    }

    #[test]
    fn strips_add_as_affine_does_in_f64() {
        strips_add_as_affine_does::<f64>();
    }

    #[test]
    fn small_weights_are_left_where_they_are() {
        for (m, k) in [(63, 64), (64, 63), (0, 100), (100, 0)] {
            assert!(Strips::new(Mat::<f32>::zeros(m, k).as_ref()).unwrap().is_none());
        }
    }

    #[test]
    fn bf16_is_the_nearest_of_eight_bits() {
        let cases = [
            (0.0, 0.0),
            (-0.0, -0.0),
            (1.0, 1.0),
            (1.0 + 1.0 / 256.0, 1.0),               // a tie, to even
            (1.0 + 3.0 / 256.0, 1.0 + 4.0 / 256.0), // a tie, to even
            (-1.0 - 1.1 / 256.0, -1.0 - 2.0 / 256.0),
            (3.4e38, 3.389_531_4e38),
            (f32::MAX, 3.389_531_4e38),
            (f32::INFINITY, 3.389_531_4e38),
            (1e-45, 0.0),
        ];
        for (value, expected) in cases {
            let rounded: f32 = round_to_bf16(value);
            assert_eq!(rounded.to_bits(), (expected as f32).to_bits(), "{value}");
            assert_eq!(round_to_bf16(f64::from(value)), f64::from(rounded));
            assert!(to_bf16(rounded).is_some());
        }
        assert!(round_to_bf16(f32::NAN).is_nan() && to_bf16(f32::NAN).is_none());
        assert_eq!(to_bf16(1.003_f32), None);
        assert_eq!(to_bf16(1.0 + 1e-12_f64), None);
    }
}
