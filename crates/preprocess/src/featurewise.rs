use densely_parts::Kind;
use densely_tensor::ShapeError;

use crate::{KnownTransform, Learned, Pipeline, PreprocessError, Transform, TransformKinds};

impl TransformKinds {
    /// Whether each of these learns of each feature by itself
    /// ([`FEATUREWISE`](crate::TransformKind::FEATUREWISE)): then they can be fitted to some features at a
    /// time, and [joined](Self::joined).
    ///
    /// # Errors
    /// [`PreprocessError::Kind`] for a kind that is not known.
    pub fn are_featurewise(
        &self,
        kinds: impl IntoIterator<Item: Into<Kind>>,
    ) -> Result<bool, PreprocessError> {
        Ok(self.get_all(kinds)?.iter().all(KnownTransform::is_featurewise))
    }

    /// What [`fit`](Self::fit) makes of all features, bit for bit, from what it made of the first of them, of those
    /// that come next, and so on: for examples of which not all features are in memory at
    /// once.
    ///
    /// ```
    /// use densely_preprocess::TransformKinds;
    /// use densely_tensor::{Threads, mat};
    ///
    /// let (known, kinds) = (TransformKinds::new(), ["center", "max-abs"]);
    /// let x = mat![[1.0, 3.0], [7.0, 4.0], [2.0, 2.0]];
    /// let fit = |rows| known.fit(kinds, rows, &Threads::single());
    /// let joined = known.joined(kinds, &[fit(x.subrows(0, 1))?, fit(x.subrows(1, 2))?])?;
    /// assert_eq!(joined, fit(x.as_ref())?);
    /// # Ok::<(), densely_preprocess::PreprocessError>(())
    /// ```
    ///
    /// # Errors
    /// [`PreprocessError::Kind`] for a kind that is not known, [`PreprocessError::Together`] for one that
    /// learns of all features together, [`PreprocessError::Shape`] for pipelines of other steps.
    pub fn joined(
        &self,
        kinds: impl IntoIterator<Item: Into<Kind>>,
        parts: &[Pipeline],
    ) -> Result<Pipeline, PreprocessError> {
        let known = self.get_all(kinds)?;
        for part in parts {
            let (steps, kinds) = (part.steps().len(), known.len());
            ShapeError::expect("TransformKinds::joined", "steps", kinds, steps)?;
        }
        let steps = known.iter().enumerate().map(|(step, kind)| {
            if !kind.is_featurewise() {
                return Err(PreprocessError::Together { kind: kind.kind() });
            }
            let (mut learned, mut features) = (Learned::new(), 0);
            for part in parts {
                features += part.steps()[step].in_features();
                learned.extend(&part.steps()[step].learned());
            }
            kind.from_learned(features, &mut learned)
        });
        Pipeline::new(steps.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Mat, Purpose, Stream, Threads};

    use super::*;

    /// Of all that say so: a new one is among them.
    #[test]
    fn what_learns_of_each_feature_has_the_same_bits_from_parts() {
        let (known, threads) = (TransformKinds::new(), Threads::single());
        // One that does not go without options is none of them.
        let featurewise = |name: &&'static str| known.are_featurewise([*name]) == Ok(true);
        let names: Vec<_> = known.names().into_iter().filter(featurewise).collect();
        assert!(names.contains(&"standardize") && !names.contains(&"pca"), "{names:?}");
        let mut draws = Stream::new(3, Purpose::Other, Key::default());
        for n in [2, 7, 1000] {
            let mut x = Mat::from_fn(70, n, |i, _| {
                10_f64.powi(i as i32 % 9 - 4) * (draws.normal::<f64>() + (i % 3) as f64)
            });
            (0..n).for_each(|j| x[(5, j)] = 0.1);
            (0..n).for_each(|j| x[(40, j)] = f64::from(j % 3 == 0));
            let with_options = ["standardize(keep-binary)"];
            for kinds in
                names.iter().chain(&with_options).flat_map(|a| [vec![*a], vec!["robust", *a]])
            {
                let fit = |x| known.fit(kinds.iter().copied(), x, &threads).unwrap();
                let whole = fit(x.as_ref());
                for cuts in [[1, 2, 70], [6, 40, 70], [33, 69, 70]] {
                    let mut first = 0;
                    let parts = cuts.map(|end| {
                        let part = fit(x.subrows(first, end - first));
                        first = end;
                        part
                    });
                    let joined = known.joined(kinds.iter().copied(), &parts).unwrap();
                    assert_eq!(joined, whole, "{kinds:?} of {n}, cut at {cuts:?}");
                    let of_middle = whole.of_features(&(cuts[0]..cuts[1]).collect::<Vec<_>>());
                    assert_eq!(of_middle.as_ref(), Some(&parts[1]), "{kinds:?} of {n}");
                }
            }
        }
    }

    #[test]
    fn what_learns_of_all_features_is_not_joined() {
        let (known, x) = (TransformKinds::new(), densely_tensor::mat![[1.0, 2.0, 4.0]]);
        let pca = known.fit(["pca"], x.as_ref(), &Threads::single()).unwrap();
        let error = known.joined(["pca"], &[pca]).unwrap_err();
        assert!(matches!(error, PreprocessError::Together { .. }), "{error}");
    }
}
