use densely_tensor::{Key, Purpose, Stream};

/// Where in training a forward pass takes place: the address of its random draws.
///
/// A layer that draws random numbers takes one stream per example from
/// [`At::stream`]. The draws then depend on the seed, the step and the example, and
/// on nothing else: not on threads, nor on how a batch is cut into panels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct At {
    /// The seed of the run.
    pub seed: u64,
    /// Pass over the data.
    pub epoch: u32,
    /// Mini-batch within the epoch.
    pub step: u32,
    /// The layer, as a path through nested containers; see [`At::inside`].
    pub layer: u32,
    /// The first column of the panel, within the mini-batch.
    pub first_column: u64,
}

impl At {
    /// The address of child `index` of a container at this address. Distinct for up
    /// to 1,020 children and three levels of nesting.
    #[must_use]
    pub fn inside(self, index: usize) -> Self {
        let place = (index as u32).wrapping_add(1);
        let layer = self.layer.wrapping_mul(1021).wrapping_add(place);
        Self { layer, ..self }
    }

    /// The address of the panel that starts `columns` further on.
    #[must_use]
    pub fn shifted(self, columns: usize) -> Self {
        Self { first_column: self.first_column.wrapping_add(columns as u64), ..self }
    }

    /// The random stream of column `j` of the panel.
    #[must_use]
    pub fn stream(self, j: usize) -> Stream {
        let key = Key {
            epoch: self.epoch,
            step: self.step,
            layer: self.layer,
            column: self.first_column.wrapping_add(j as u64),
        };
        Stream::new(self.seed, Purpose::Noise, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_and_paths_address_distinct_streams() {
        let at = At { seed: 1, epoch: 2, step: 3, ..At::default() };
        let draw = |at: At, j| at.stream(j).uniform::<f64>();
        assert_eq!(draw(at, 5), draw(at.shifted(3), 2));
        assert_ne!(draw(at, 0), draw(at, 1));
        assert_ne!(at.inside(0), at);
        assert_ne!(at.inside(0).inside(1), at.inside(1).inside(0));
        assert_ne!(draw(at.inside(0), 0), draw(at.inside(1), 0));
        // Addresses go round where they end.
        let last = At { first_column: u64::MAX, ..at };
        assert_eq!(draw(last, 1), draw(At { first_column: 0, ..at }, 0));
        assert_eq!(last.shifted(usize::MAX).first_column, u64::MAX - 1);
    }
}
