/// Floating-point operations of matrix products that are worth a thread in a training step,
/// some 80 microseconds. Threads have to read what others have written: all weights, and all
/// activations again. Where two cores share a cache, half of this is enough; but where they
/// do not, as a virtual machine's may or may not from minute to minute, small steps take two
/// to three times as long on two threads as on one.
const OPERATIONS: usize = 8_000_000;

/// Panels in a mini-batch, if it is large: enough to keep several threads busy.
const PANELS: usize = 8;

/// Examples in a panel, at least: fewer would make matrix products inefficient.
const NARROW: usize = 64;

/// Examples in one of the two panels of a small mini-batch, at least. With two threads it
/// is still better than one panel for one of them.
const NARROWER: usize = 8;

/// Examples in a panel, at most, of a network so small that one thread does it all.
const ALONE: usize = 512;

/// Examples in a panel, at most, so that their activations stay in cache.
const WIDE: usize = 128;

/// The same if the parameters are too many for the cache: every panel goes over all of
/// them.
const WIDER: usize = 256;

/// Bytes of parameters that stay in cache, about.
const CACHED_BYTES: usize = 1 << 23;

/// Kernels of matrix products take so many columns at a time.
const COLUMNS: usize = 4;

/// How many threads a training step on `n` examples is worth.
pub(crate) fn worthy_threads(n: usize, parameters: usize) -> usize {
    // Forward, to the inputs, to the parameters: two operations each.
    (6 * n * parameters / OPERATIONS).max(1)
}

/// How many of `n` examples go through a network together. It depends on sizes alone, so
/// that threads do not change the result; the widths are about equal, so that threads are
/// done at the same time.
pub(crate) fn panel_width<T>(n: usize, parameters: usize) -> usize {
    let shared = worthy_threads(n, parameters) > 1;
    let panels = if !shared {
        n.div_ceil(ALONE)
    } else if n < 2 * NARROW {
        (n / NARROWER).min(2)
    } else if parameters * size_of::<T>() <= CACHED_BYTES {
        n / (n / PANELS).clamp(NARROW, WIDE)
    } else {
        n / (n / 2).clamp(NARROW, WIDER)
    };
    n.div_ceil(panels.max(1)).max(1).next_multiple_of(COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_suit_products_and_caches() {
        let tiny = |n| panel_width::<f32>(n, 1 << 10);
        assert_eq!([0, 1, 32, 128, 300].map(tiny), [4, 4, 32, 128, 300]);
        let small = |n| panel_width::<f32>(n, 1 << 18);
        assert_eq!([1, 4, 15, 16, 64, 100, 127].map(small), [4, 4, 16, 8, 32, 52, 64]);
        assert_eq!([512, 1024, 2048, 10_000].map(small), [64, 128, 128, 132]);
        let large = |n| panel_width::<f32>(n, 1 << 25);
        assert_eq!([1, 128, 256, 512, 4096].map(large), [4, 64, 128, 256, 256]);
    }
}
