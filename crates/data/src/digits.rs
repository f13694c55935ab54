use densely_tensor::Mat;

use crate::Dataset;

/// Pixels in a row, and rows in an image.
const SIDE: usize = 8;
/// Pixels are 0 to 16, each written as one digit in base 17.
const BASE: u32 = 17;

/// The embedded handwritten digits: 1,797 images of 8 x 8 pixels from 0 to 16, in ten
/// classes of about 180 examples.
///
/// Small enough to train on in a second, and hard enough that a network shows what it
/// is for. The images are the columns, pixels row by row (`pixel_0_0` is top left).
///
/// They are the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin
/// and C. Kaynak, UCI Machine Learning Repository, 1998,
/// [doi:10.24432/C50P49](https://doi.org/10.24432/C50P49), licensed under
/// [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).
///
/// ```
/// let digits = densely_data::digits();
/// assert_eq!((digits.features(), digits.len(), digits.outputs()), (64, 1797, 10));
/// ```
#[must_use]
pub fn digits() -> Dataset<f64> {
    let lines: Vec<&str> =
        include_str!("digits.txt").lines().filter(|line| !line.starts_with('#')).collect();
    let symbol = |byte: u8| char::from(byte).to_digit(BASE).expect("a digit in base 17");
    let labels = lines.iter().map(|line| symbol(line.as_bytes()[0]) as usize).collect();
    // The digit and a space come before the pixels.
    let pixel = |i: usize, j: usize| f64::from(symbol(lines[j].as_bytes()[2 + i]));
    let names = (0..SIDE * SIDE).map(|i| format!("pixel_{}_{}", i / SIDE, i % SIDE));
    Dataset::classification(Mat::from_fn(SIDE * SIDE, lines.len(), pixel), labels, 10)
        .and_then(|digits| Ok(digits.with_feature_names(names)?.with_target_name("digit")))
        .expect("the embedded digits are a valid dataset")
}

#[cfg(test)]
mod tests {
    use densely_tensor::column;

    use super::*;

    /// The counts are those of the source's documentation.
    #[test]
    fn the_digits_are_those_of_the_source() {
        let digits = digits();
        let labels = digits.labels().unwrap();
        let counts: Vec<usize> =
            (0..10).map(|digit| labels.iter().filter(|&&label| label == digit).count()).collect();
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(labels[..12], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
        assert_eq!(digits.class_names().unwrap()[9], "9");

        let pixels = || (0..digits.len()).flat_map(|j| column(digits.x(), j));
        assert!(pixels().all(|&pixel| (0.0..=16.0).contains(&pixel) && pixel.fract() == 0.0));
        assert!([0.0, 16.0].iter().all(|extreme| pixels().any(|pixel| pixel == extreme)));
        assert_eq!(pixels().sum::<f64>(), 561_718.0);
    }

    #[test]
    fn an_image_is_stored_row_by_row() {
        let digits = digits();
        assert_eq!(digits.feature_names()[8 * 2 + 5], "pixel_2_5");
        let zero = column(digits.x(), 0);
        assert_eq!(
            zero[..16],
            [0., 0., 5., 13., 9., 1., 0., 0., 0., 0., 13., 15., 10., 15., 5., 0.]
        );
        // In these images, the pixels that nobody's pen ever touched.
        let untouched: Vec<&str> = (0..64)
            .filter(|&i| (0..digits.len()).all(|j| digits.x()[(i, j)] == 0.0))
            .map(|i| digits.feature_names()[i].as_str())
            .collect();
        assert_eq!(untouched, ["pixel_0_0", "pixel_4_0", "pixel_4_7"]);
    }
}
