use std::hint::black_box;
use std::sync::OnceLock;

use densely_tensor::{
    Mat, MatMut, MatRef, ReborrowMut, Scalar, ShapeError, column, column_mut, first_non_finite,
    matrix_bytes, try_zeros,
};

use crate::DataError;

/// Features of which some tell the category that an example is of: in a group of them, all have the value `off` but one,
/// which is `on`, or all have it. Of a group, an example takes two bytes, however many features it has.
///
/// ```
/// use densely_data::{OneHot, OneHotGroup};
/// use densely_tensor::mat;
///
/// // A feature, and then one of three categories, or none of them.
/// let group = OneHotGroup { first: 1, off: vec![0.0; 3], on: vec![1.0, 1.0, 2.0] };
/// let x = OneHot::new(mat![[0.5, 0.7, 0.9]], vec![group], vec![2, 3, 0])?;
/// let dense = mat![[0.5, 0.7, 0.9], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [2.0, 0.0, 0.0]];
/// assert_eq!(x.to_dense()?, dense);
/// # Ok::<(), densely_data::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct OneHot<T: Scalar> {
    others: Mat<T>,
    groups: Vec<OneHotGroup<T>>,
    codes: Vec<u16>,
    /// An example of no category at all, whose other features are 0.
    none: Vec<T>,
    /// Where each feature is.
    places: Vec<FeaturePlace>,
    /// Other features that lie together: the first of them, where it is among the others, and how many they are.
    runs: Vec<(usize, usize, usize)>,
    dense: OnceLock<Mat<T>>,
}

/// Features that tell one category from the others.
#[derive(Debug, Clone, PartialEq)]
pub struct OneHotGroup<T> {
    /// The first of them.
    pub first: usize,
    /// The value of each for examples that are not of its category.
    pub off: Vec<T>,
    /// The value of each for examples that are.
    pub on: Vec<T>,
}

/// Where a feature is in a [`OneHot`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeaturePlace {
    /// This row of the others.
    Other(usize),
    /// That of a category, in a group.
    Group {
        /// Which group it is.
        group: usize,
        /// Which category.
        category: usize,
    },
}

/// Examples that are loaded together.
const TOGETHER: usize = 16;

/// Bytes that come from memory together.
const LINE: usize = 64;

impl<T: Scalar> OneHot<T> {
    /// Categories in a group, at most.
    pub const MOST: usize = u16::MAX as usize;

    /// Of features that are in no group, and groups with, for each example, the category that it is of in each: one that
    /// the group does not have is none.
    ///
    /// # Shapes
    /// `others`: features in no group x n, `codes`: n times as many as there are groups, those of an example together.
    ///
    /// # Errors
    /// [`DataError::Shape`] if there are no examples or no features, groups are not in order or overlap, have more categories
    /// than [`MOST`](Self::MOST), or there is another number of codes.
    pub fn new(
        others: Mat<T>,
        groups: Vec<OneHotGroup<T>>,
        codes: Vec<u16>,
    ) -> Result<Self, DataError> {
        const OPERATION: &str = "OneHot";
        let examples = others.ncols();
        ShapeError::expect_some(OPERATION, "examples", examples)?;
        ShapeError::expect(OPERATION, "codes", groups.len() * examples, codes.len())?;
        let (mut places, mut runs, mut row) = (Vec::new(), Vec::new(), 0);
        let mut push_others = |places: &mut Vec<FeaturePlace>, count: usize| {
            if count > 0 {
                runs.push((places.len(), row, count));
            }
            places.extend((row..row + count).map(FeaturePlace::Other));
            row += count;
        };
        for (group, of) in groups.iter().enumerate() {
            let width = of.off.len();
            ShapeError::expect(OPERATION, "values of categories", width, of.on.len())?;
            ShapeError::expect_some(OPERATION, "categories", width)?;
            let between = of.first.checked_sub(places.len());
            let (Some(between), true) = (between, width < Self::MOST) else {
                let (what, expected) = ("groups that are in order and not too wide", groups.len());
                return Err(ShapeError::Count {
                    operation: OPERATION,
                    what,
                    expected,
                    actual: group,
                }
                .into());
            };
            push_others(&mut places, between.min(others.nrows()));
            ShapeError::expect(OPERATION, "features before a group", of.first, places.len())?;
            places.extend((0..width).map(|category| FeaturePlace::Group { group, category }));
        }
        let used = places.iter().filter(|place| matches!(place, FeaturePlace::Other(_))).count();
        push_others(&mut places, others.nrows() - used);
        ShapeError::expect_some(OPERATION, "features", places.len())?;
        let mut none = vec![T::ZERO; places.len()];
        for group in &groups {
            none[group.first..][..group.off.len()].copy_from_slice(&group.off);
        }
        Ok(Self { others, groups, codes, none, places, runs, dense: OnceLock::new() })
    }

    /// The number of features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.places.len()
    }

    /// The number of examples.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.others.ncols()
    }

    /// The features that are in no group, x n.
    #[must_use]
    pub fn others(&self) -> MatRef<'_, T> {
        self.others.as_ref()
    }

    /// The groups.
    #[must_use]
    pub fn groups(&self) -> &[OneHotGroup<T>] {
        &self.groups
    }

    /// The category of each example in a group.
    ///
    /// # Panics
    /// If there is no such group.
    pub fn categories(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        self.codes[group..].iter().step_by(self.groups.len()).map(|&code| usize::from(code))
    }

    /// Where each feature is.
    #[must_use]
    pub fn places(&self) -> &[FeaturePlace] {
        &self.places
    }

    /// A feature of an example.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn value(&self, feature: usize, example: usize) -> T {
        match self.places[feature] {
            FeaturePlace::Other(row) => self.others[(row, example)],
            FeaturePlace::Group { group, category } => {
                let of = &self.groups[group];
                let code = self.codes[example * self.groups.len() + group];
                if usize::from(code) == category { of.on[category] } else { of.off[category] }
            }
        }
    }

    /// Writes all features of an example.
    ///
    /// # Panics
    /// If there is no such example, or `out` has not a place for each feature.
    pub fn write(&self, example: usize, out: &mut [T]) {
        // All at once, which takes less time than group by group.
        out.copy_from_slice(&self.none);
        let (others, codes) = self.example(example);
        for &(first, row, count) in &self.runs {
            out[first..first + count].copy_from_slice(&others[row..row + count]);
        }
        for (group, &code) in self.groups.iter().zip(codes) {
            if let Some(on) = group.on.get(usize::from(code)) {
                out[group.first + usize::from(code)] = *on;
            }
        }
    }

    /// Its features that are in no group, and its categories.
    fn example(&self, example: usize) -> (&[T], &[u16]) {
        let groups = self.groups.len();
        (column(self.others.as_ref(), example), &self.codes[example * groups..][..groups])
    }

    /// Writes all features of these examples, which may lie anywhere: a third of the time that [`write`](Self::write) takes
    /// for one after the other.
    ///
    /// # Shapes
    /// `out`: features x as many examples.
    ///
    /// # Panics
    /// If there is no such example, or `out` has another shape.
    pub fn gather(&self, examples: &[usize], mut out: MatMut<'_, T>) {
        assert_eq!(out.ncols(), examples.len(), "OneHot::gather: columns for the examples");
        let mut j = 0;
        for some in examples.chunks(TOGETHER) {
            self.load(some);
            for &example in some {
                self.write(example, column_mut(out.rb_mut(), j));
                j += 1;
            }
        }
    }

    /// Has memory send all of these examples at once; each would be waited for alone while the one before it is written.
    fn load(&self, examples: &[usize]) {
        let mut seen = (T::ZERO, 0);
        for &example in examples {
            let (others, codes) = self.example(example);
            let ends = others.iter().step_by(LINE / size_of::<T>()).chain(others.last());
            seen.0 = ends.fold(seen.0, |seen, &value| seen + value);
            let ends = codes.iter().step_by(LINE / size_of::<u16>()).chain(codes.last());
            seen.1 = ends.fold(seen.1, |seen, &code| seen ^ code);
        }
        black_box(seen);
    }

    /// Writes all features of as many examples as `out` has columns, from the `first` on.
    ///
    /// # Shapes
    /// `out`: features x some examples.
    ///
    /// # Panics
    /// If there are not so many examples, or `out` has another height.
    pub fn write_panel(&self, first: usize, mut out: MatMut<'_, T>) {
        (0..out.ncols()).for_each(|j| self.write(first + j, column_mut(out.as_mut(), j)));
    }

    /// What a copy takes.
    pub(crate) fn bytes(&self) -> u128 {
        let codes = size_of_val(self.codes.as_slice()) as u128;
        matrix_bytes::<T>(self.others.nrows(), self.others.ncols()) + codes
    }

    /// All numbers.
    ///
    /// # Errors
    /// [`DataError::Shape`] if there is no memory for them.
    pub fn to_dense(&self) -> Result<Mat<T>, DataError> {
        let mut x = try_zeros("OneHot", "all numbers", self.features(), self.examples())?;
        self.write_panel(0, x.as_mut());
        Ok(x)
    }

    /// All numbers, which are kept.
    pub(crate) fn dense(&self) -> MatRef<'_, T> {
        let made = || self.to_dense().unwrap_or_else(|error| panic!("{error}"));
        self.dense.get_or_init(made).as_ref()
    }

    /// The examples with these indices, in this order.
    pub(crate) fn subset(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        let others = crate::dataset::columns(self.others.as_ref(), indices)?;
        let of = |&example: &usize| &self.codes[example * self.groups.len()..][..self.groups.len()];
        let codes = indices.iter().flat_map(of).copied().collect();
        let (none, places, runs) = (self.none.clone(), self.places.clone(), self.runs.clone());
        let groups = self.groups.clone();
        Ok(Self { others, groups, codes, none, places, runs, dense: OnceLock::new() })
    }

    /// The feature and the example of a value that is NaN or infinite.
    pub(crate) fn first_non_finite(&self) -> Option<(usize, usize)> {
        let row = first_non_finite(self.others.as_ref());
        let is_at = |row| move |place: &FeaturePlace| *place == FeaturePlace::Other(row);
        let other = row
            .and_then(|(row, example)| Some((self.places.iter().position(is_at(row))?, example)));
        other.or_else(|| {
            let is_finite = |of: &OneHotGroup<T>| {
                of.off.iter().chain(&of.on).all(|&value| Scalar::is_finite(value))
            };
            if self.groups.iter().all(is_finite) {
                return None;
            }
            // A value that no example has does not matter.
            let mut all =
                (0..self.examples()).flat_map(|j| (0..self.features()).map(move |i| (i, j)));
            all.find(|&(i, j)| !Scalar::is_finite(self.value(i, j)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups at the start, side by side, in the middle and at the end.
    fn some() -> (OneHot<f64>, Mat<f64>) {
        let n = 11;
        let others = Mat::from_fn(3, n, |i, j| (10 * i + j) as f64);
        let group = |first, width| OneHotGroup {
            first,
            off: (0..width).map(|k| -0.1 * k as f64).collect(),
            on: (0..width).map(|k| 1.0 + k as f64).collect(),
        };
        let groups = vec![group(0, 2), group(2, 4), group(7, 1), group(10, 3)];
        let code = |j: usize, g: usize| (j * (g + 1)) % [3, 5, 2, 4][g];
        let codes = (0..n).flat_map(|j| (0..4).map(move |g| code(j, g) as u16)).collect();
        let dense = Mat::from_fn(13, n, |i, j| match i {
            6 => others[(0, j)],
            8 => others[(1, j)],
            9 => others[(2, j)],
            _ => {
                let g = [0, 0, 1, 1, 1, 1, 9, 2, 9, 9, 3, 3, 3][i];
                let k = i - groups[g].first;
                if code(j, g) == k { groups[g].on[k] } else { groups[g].off[k] }
            }
        });
        (OneHot::new(others, groups, codes).unwrap(), dense)
    }

    #[test]
    fn values_are_those_of_the_matrix() {
        let (x, dense) = some();
        assert_eq!((x.features(), x.examples()), dense.shape());
        assert_eq!(x.to_dense().unwrap(), dense);
        assert_eq!(x.dense(), dense);
        assert_eq!(Mat::from_fn(13, 11, |i, j| x.value(i, j)), dense);
        let chosen = [3, 3, 0, 10];
        let expected = Mat::from_fn(13, 4, |i, j| dense[(i, chosen[j])]);
        assert_eq!(x.subset(&chosen).unwrap().to_dense().unwrap(), expected);
        let many: Vec<usize> = (0..2 * TOGETHER + 3).map(|j| j * 7 % 11).collect();
        let mut gathered = Mat::zeros(13, many.len());
        x.gather(&many, gathered.as_mut());
        assert_eq!(gathered, Mat::from_fn(13, many.len(), |i, j| dense[(i, many[j])]));
        assert!(x.categories(1).eq((0..11).map(|j| (2 * j) % 5)));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let group =
            |first, width| OneHotGroup { first, off: vec![0.0; width], on: vec![1.0; width] };
        let of = |groups: Vec<OneHotGroup<f64>>, codes: usize| {
            let error = OneHot::new(Mat::zeros(2, 3), groups, vec![0; codes]).unwrap_err();
            error.to_string()
        };
        assert!(of(vec![group(0, 2)], 4).contains("3 codes"), "{}", of(vec![group(0, 2)], 4));
        let overlap = of(vec![group(0, 2), group(1, 2)], 6);
        assert!(overlap.contains("in order"), "{overlap}");
        let far = of(vec![group(3, 2)], 3);
        assert!(far.contains("features before a group"), "{far}");
        let wide = of(vec![group(0, OneHot::<f64>::MOST)], 3);
        assert!(wide.contains("too wide"), "{wide}");
        let none = OneHot::new(Mat::<f64>::zeros(0, 3), vec![], vec![]).unwrap_err().to_string();
        assert!(none.contains("features"), "{none}");
    }

    #[test]
    fn values_that_some_example_has_are_finite() {
        let group = |on| OneHotGroup { first: 1, off: vec![0.0; 2], on: vec![1.0, on] };
        let of = |other: f64, on, codes: [u16; 2]| {
            let others = Mat::from_fn(1, 2, |_, j| if j == 1 { other } else { 0.0 });
            OneHot::new(others, vec![group(on)], codes.to_vec()).unwrap().first_non_finite()
        };
        assert_eq!(of(0.0, 1.0, [0, 1]), None);
        assert_eq!(of(f64::NAN, 1.0, [0, 1]), Some((0, 1)));
        assert_eq!(of(0.0, f64::INFINITY, [0, 1]), Some((2, 1)));
        assert_eq!(of(0.0, f64::INFINITY, [0, 2]), None);
    }
}
