/// The cells of a row, in bytes that follow each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    bytes: &'a [u8],
    /// Where each cell ends.
    ends: &'a [usize],
    /// Bytes between an end and the next cell.
    between: usize,
}

impl<'a> Record<'a> {
    /// Cells of a row as it is written, one byte between them.
    pub(super) fn written(bytes: &'a [u8], ends: &'a [usize]) -> Self {
        Self { bytes, ends, between: 1 }
    }

    /// Cells that were put together, with nothing between them.
    pub(super) fn joined(bytes: &'a [u8], ends: &'a [usize]) -> Self {
        Self { bytes, ends, between: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn last(&self) -> Option<&'a [u8]> {
        self.iter().next_back()
    }

    #[inline]
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + ExactSizeIterator {
        let Self { bytes, ends, between } = *self;
        (0..ends.len()).map(move |i| {
            let start = if i == 0 { 0 } else { ends[i - 1] + between };
            &bytes[start..ends[i]]
        })
    }
}
