/// Panels in a mini-batch, if it is large: enough to keep several threads busy.
const PANELS: usize = 8;

/// Examples in a panel, at least: fewer would make matrix products inefficient.
const NARROW: usize = 64;

/// Examples in a panel, at most, so that their activations stay in cache.
const WIDE: usize = 128;

/// The same if the parameters are too many for the cache: every panel goes over all of
/// them.
const WIDER: usize = 256;

/// Bytes of parameters that stay in cache, about.
const CACHED_BYTES: usize = 1 << 23;

/// Kernels of matrix products take so many columns at a time.
const COLUMNS: usize = 4;

/// How many of `n` examples go through a network together. It depends on sizes alone, so
/// that threads do not change the result; the widths are about equal, so that threads are
/// done at the same time.
pub(crate) fn panel_width(n: usize, parameter_bytes: usize) -> usize {
    let width = if parameter_bytes <= CACHED_BYTES {
        (n / PANELS).clamp(NARROW, WIDE)
    } else {
        (n / 2).clamp(NARROW, WIDER)
    };
    n.div_ceil((n / width).max(1)).max(1).next_multiple_of(COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_suit_products_and_caches() {
        let small = |n| panel_width(n, 1 << 20);
        assert_eq!([0, 1, 32, 127, 128, 300].map(small), [4, 4, 32, 128, 64, 76]);
        assert_eq!([512, 1024, 2048, 10_000].map(small), [64, 128, 128, 132]);
        let large = |n| panel_width(n, 1 << 27);
        assert_eq!([1, 128, 256, 512, 4096].map(large), [4, 64, 128, 256, 256]);
    }
}
