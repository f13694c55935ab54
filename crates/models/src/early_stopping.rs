use densely_layers::{Layer, Sequential};
use densely_tensor::{Mat, Scalar};

/// Keeps the weights with the lowest validation loss, and counts the epochs since. A loss that
/// is infinite or NaN is never the lowest.
#[derive(Debug)]
pub(crate) struct EarlyStopping<T: Scalar> {
    best_loss: f64,
    /// 0 before the first that is finite.
    best_epoch: usize,
    weights: Vec<Mat<T>>,
}

impl<T: Scalar> EarlyStopping<T> {
    pub(crate) fn new() -> Self {
        Self { best_loss: f64::INFINITY, best_epoch: 0, weights: Vec::new() }
    }

    /// Copies the weights if `loss` is the lowest so far, and says whether it is.
    pub(crate) fn observe(&mut self, epoch: usize, loss: f64, network: &Sequential<T>) -> bool {
        if !loss.is_finite() || loss >= self.best_loss {
            return false;
        }
        (self.best_loss, self.best_epoch) = (loss, epoch);
        let first = self.weights.is_empty();
        let mut kept = self.weights.iter_mut();
        let mut new = Vec::new();
        network.visit_params(&mut |param| match kept.next() {
            Some(kept) => kept.copy_from(&param.value),
            None => new.push(param.value.clone()),
        });
        if first {
            self.weights = new;
        }
        true
    }

    /// The lowest loss, its epoch, and the weights then, in the order of the parameters.
    pub(crate) fn parts(&self) -> (f64, usize, &[Mat<T>]) {
        (self.best_loss, self.best_epoch, &self.weights)
    }

    /// Of [`parts`](Self::parts).
    pub(crate) fn from_parts(best_loss: f64, best_epoch: usize, weights: Vec<Mat<T>>) -> Self {
        Self { best_loss, best_epoch, weights }
    }

    /// Since training began, if no loss was finite.
    pub(crate) fn epochs_since_best(&self, epoch: usize) -> usize {
        epoch - self.best_epoch
    }

    /// Puts the best weights back, and says which epoch they are of; `None` if no loss was
    /// finite.
    pub(crate) fn restore(&self, network: &mut Sequential<T>) -> Option<usize> {
        let mut kept = self.weights.iter();
        network.visit_params_mut(&mut |param| {
            if let Some(kept) = kept.next() {
                param.value.copy_from(kept);
            }
        });
        (self.best_epoch > 0).then_some(self.best_epoch)
    }
}

#[cfg(test)]
mod tests {
    use densely_layers::Linear;

    use super::*;

    /// A network whose only weight is this number.
    fn network(weight: f64) -> Sequential<f64> {
        let linear = Linear::from_parts(Mat::from_fn(1, 1, |_, _| weight), Mat::zeros(1, 1));
        Sequential::new(1).and_then(|network| network.with(linear.unwrap())).unwrap()
    }

    /// Which epochs are the best so far, and the weights after all: of the epoch's number.
    fn course(losses: &[f64]) -> (Vec<usize>, Option<usize>, f64) {
        let mut best = EarlyStopping::new();
        let observe = |(i, &loss): (usize, &f64)| {
            best.observe(i + 1, loss, &network((i + 1) as f64)).then_some(i + 1)
        };
        let bests = losses.iter().enumerate().filter_map(observe).collect();
        let mut last = network(losses.len() as f64);
        let kept = best.restore(&mut last);
        let mut weight = f64::NAN;
        last.visit_params(&mut |param| {
            if param.decay {
                weight = param.value[(0, 0)];
            }
        });
        (bests, kept, weight)
    }

    #[test]
    fn a_loss_that_is_not_finite_is_never_the_best() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        for (losses, bests, kept) in [
            (&[3.0, 2.0, 4.0][..], &[1, 2][..], Some(2)),
            (&[nan, 3.0, 2.0, 4.0], &[2, 3], Some(3)),
            (&[inf, nan, 3.0, nan], &[3], Some(3)),
            (&[3.0, -inf, nan, inf, 2.0, 2.0], &[1, 5], Some(5)),
            (&[nan, inf, -inf], &[], None),
        ] {
            let weight = kept.unwrap_or(losses.len()) as f64;
            assert_eq!(course(losses), (bests.to_vec(), kept, weight), "{losses:?}");
        }
    }

    #[test]
    fn patience_counts_from_the_last_finite_best() {
        let mut best = EarlyStopping::new();
        let mut since = |epoch, loss| {
            best.observe(epoch, loss, &network(1.0));
            best.epochs_since_best(epoch)
        };
        let losses = [f64::NAN, f64::INFINITY, 2.0, f64::NAN, 1.0, 1.0];
        let counts: Vec<usize> =
            (1..).zip(losses).map(|(epoch, loss)| since(epoch, loss)).collect();
        assert_eq!(counts, [1, 2, 0, 1, 0, 1]);
    }
}
