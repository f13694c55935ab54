use densely_layers::{Layer, Sequential};
use densely_tensor::{Mat, Scalar};

/// Keeps the weights with the lowest validation loss, and counts the epochs since.
#[derive(Debug)]
pub(crate) struct EarlyStopping<T: Scalar> {
    best_loss: f64,
    best_epoch: usize,
    weights: Vec<Mat<T>>,
}

impl<T: Scalar> EarlyStopping<T> {
    pub(crate) fn new() -> Self {
        Self { best_loss: f64::INFINITY, best_epoch: 0, weights: Vec::new() }
    }

    /// Copies the weights if `loss` is the lowest so far, and says whether it is.
    pub(crate) fn observe(&mut self, epoch: usize, loss: f64, network: &Sequential<T>) -> bool {
        // A loss that is NaN is never lower, but the first weights are kept whatever it is.
        let is_best = loss < self.best_loss || self.best_epoch == 0;
        if !is_best {
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

    pub(crate) fn epochs_since_best(&self, epoch: usize) -> usize {
        epoch - self.best_epoch
    }

    /// Puts the best weights back, and says which epoch they are of; `None` if nothing
    /// was observed.
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
