use densely_data::{Batch, Dataset, StoredBatches};
use densely_layers::Shards;
use densely_loss::Targets;
use densely_tensor::{MatRef, Scalar, Split, Threads};

use crate::batches::Batches;
use crate::training_step::with_company;
use crate::{Examples, ModelError};

/// The mini-batches of a training, of examples in memory or on the disk.
#[derive(Debug)]
pub(crate) enum Drawn<T: Scalar> {
    Memory(Batches<T>),
    Stored(Box<StoredBatches<T>>),
}

impl<T: Scalar> Drawn<T> {
    pub(crate) fn new(from: Examples<'_, T>, size: usize, seed: u64) -> Result<Self, ModelError> {
        Ok(match from {
            Examples::Memory(data) => Self::Memory(Batches::new(data.len(), size, seed)),
            Examples::Stored(data) => Self::Stored(Box::new(StoredBatches::new(data, size, seed)?)),
        })
    }

    /// The number of batches in an epoch.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Memory(batches) => batches.count(),
            Self::Stored(batches) => batches.count(),
        }
    }

    /// Before the first step of an epoch that is made.
    pub(crate) fn shuffle(&mut self, epoch: u32) {
        match self {
            Self::Memory(batches) => batches.shuffle(epoch),
            // Its order is known by the number of the epoch.
            Self::Stored(_) => {}
        }
    }

    /// The shards of batch `step` of the epoch that `own` says, given the number of its examples, and their examples [with
    /// their company](with_company); of these examples if they
    /// are in memory.
    pub(crate) fn get(
        &mut self,
        data: &Dataset<T>,
        epoch: u32,
        step: usize,
        own: impl Fn(usize) -> Shards,
        threads: &Threads,
    ) -> Result<(MatRef<'_, T>, Targets<'_, T>, Shards), ModelError> {
        match self {
            Self::Memory(batches) => {
                let shards = own(batches.len(step));
                let (x, targets) = batches.get_part(data, step, with_company(&shards), threads);
                Ok((x, targets, shards))
            }
            Self::Stored(batches) => {
                let Batch { x, labels, values, weights } = batches.get(epoch, step)?;
                let targets = values.map_or(Targets::Labels(labels), Targets::Values);
                let targets = weights.map_or(targets, |weights| targets.weighted(weights));
                let shards = own(x.ncols());
                let seen = with_company(&shards);
                let (x, targets) = (x, targets).split_at(seen.start).1.split_at(seen.len()).0;
                Ok((x, targets, shards))
            }
        }
    }
}
