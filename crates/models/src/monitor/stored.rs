use densely_layers::Sequential;
use densely_tensor::Scalar;

use super::{LayerReport, Monitor};
use crate::plain::{Numbers, Plain};

/// A checkpoint has all that is seen, but for what is seen in one step alone, and at the end.
impl<T: Scalar> Monitor<T> {
    /// Puts down what has been seen.
    pub(crate) fn write(&self, numbers: &mut Vec<f64>) {
        self.initial_loss.write(numbers);
        self.initial_weights.write(numbers);
        self.rows.len().write(numbers);
        self.rows.iter().for_each(|row| write_row(row, numbers));
        self.latest.write(numbers);
        self.flat.iter().for_each(|flat| flat.write(numbers));
        self.first_pull.write(numbers);
        self.pull.write(numbers);
        [self.looks, self.next_pull, self.wait].iter().for_each(|count| count.write(numbers));
        self.watching.write(numbers);
    }

    /// Goes on from there, in a training of this network.
    pub(crate) fn read(
        &mut self,
        network: &Sequential<T>,
        numbers: &mut Numbers<'_>,
    ) -> Option<()> {
        self.initial_loss = Plain::read(numbers)?;
        self.initial_weights = Plain::read(numbers)?;
        for _ in 0..usize::read(numbers)? {
            let row = self.read_row(network, numbers)?;
            self.rows.push(row);
        }
        self.latest = Plain::read(numbers)?;
        self.flat.iter_mut().try_for_each(|flat| flat.read(numbers))?;
        self.first_pull = Plain::read(numbers)?;
        self.pull = Plain::read(numbers)?;
        self.looks = Plain::read(numbers)?;
        self.next_pull = Plain::read(numbers)?;
        self.wait = Plain::read(numbers)?;
        self.watching = Plain::read(numbers)?;
        // The last look is whole, and there is one while an epoch is watched.
        let last = self.rows.len().checked_sub(self.latest)?;
        let looked = last == self.layers.len() && self.looks > 0;
        (looked || self.rows.is_empty() && !self.watching).then_some(())
    }

    fn read_row(&self, network: &Sequential<T>, numbers: &mut Numbers<'_>) -> Option<LayerReport> {
        let (epoch, stage) = (usize::read(numbers)?, usize::read(numbers)?);
        let (layer, kind) = self.layers.get(stage)?.clone();
        Some(LayerReport {
            epoch,
            stage,
            layer,
            kind,
            units: network.stages()[stage].out_features(),
            activations: Plain::read(numbers)?,
            gradients: Plain::read(numbers)?,
            dead_units: Plain::read(numbers)?,
            saturated_units: Plain::read(numbers)?,
            update_ratio: Plain::read(numbers)?,
        })
    }
}

/// What the network does not say of a row.
fn write_row(row: &LayerReport, numbers: &mut Vec<f64>) {
    row.epoch.write(numbers);
    row.stage.write(numbers);
    row.activations.write(numbers);
    row.gradients.write(numbers);
    row.dead_units.write(numbers);
    row.saturated_units.write(numbers);
    row.update_ratio.write(numbers);
}
