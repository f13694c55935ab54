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

/// Examples in a panel, at least, where there would be none for a thread: that is still better than a thread without
/// work.
const NARROWER: usize = 8;

/// The same if the parameters are too many for the cache: reading them would take longer than computing with them.
const NARROWER_UNCACHED: usize = 32;

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
    (n.saturating_mul(parameters).saturating_mul(6) / OPERATIONS).max(1)
}

/// How many of `n` examples go through a network together, on so many threads. What comes out for an example does
/// not depend on its company, so threads do not change the result; the widths are about equal, and as many as threads or
/// a multiple, so that threads are done at the same time. And none is alone, unless it is the only one: products with a
/// single column come out otherwise on processors without fused multiply-add, and equal examples
/// would get results that are not.
pub(crate) fn panel_width<T>(n: usize, parameters: usize, threads: usize) -> usize {
    let worthy = worthy_threads(n, parameters);
    let cached = parameters * size_of::<T>() <= CACHED_BYTES;
    let panels = if worthy == 1 {
        n.div_ceil(ALONE)
    } else if n < 2 * NARROW {
        2
    } else if cached {
        n / (n / PANELS).clamp(NARROW, WIDE)
    } else {
        n / (n / 2).clamp(NARROW, WIDER)
    };
    let narrowest = if cached { NARROWER } else { NARROWER_UNCACHED };
    let most = panels.max(n / narrowest).min(n / NARROWER);
    let panels = panels.next_multiple_of(threads.clamp(1, worthy)).min(most);
    let mut width = n.div_ceil(panels.max(1)).max(1).next_multiple_of(COLUMNS);
    while n > width && n % width == 1 {
        width += COLUMNS;
    }
    width
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use densely_layers::Layer;
    use densely_tensor::{Mat, Scalar, column};

    use super::*;
    use crate::Mlp;

    #[test]
    fn widths_suit_products_and_caches() {
        let tiny = |n| panel_width::<f32>(n, 1 << 10, 2);
        assert_eq!([0, 1, 32, 128, 300].map(tiny), [4, 4, 32, 128, 300]);
        let small = |n| panel_width::<f32>(n, 1 << 18, 2);
        assert_eq!([1, 4, 15, 16, 64, 100, 127].map(small), [4, 4, 16, 8, 32, 52, 64]);
        assert_eq!([512, 1024, 2048, 10_000].map(small), [64, 128, 128, 132]);
        let large = |n| panel_width::<f32>(n, 1 << 25, 2);
        assert_eq!([1, 128, 256, 512, 4096].map(large), [4, 64, 128, 256, 256]);
    }

    /// No thread of those that are worth it is without a panel, nor has one more than another.
    #[test]
    fn each_thread_has_as_many_panels() {
        let widths = |parameters, n| {
            [1, 2, 3, 6, 16, 64].map(|threads| panel_width::<f32>(n, parameters, threads))
        };
        assert_eq!(widths(535_818, 128), [64, 64, 44, 24, 8, 8]);
        assert_eq!(widths(535_818, 512), [64, 64, 60, 44, 32, 8]);
        assert_eq!(widths(1 << 25, 512), [256, 256, 172, 88, 32, 32]);
        assert_eq!(widths(1 << 25, 60), [32; 6]);
        // Three times the work that is worth a thread.
        assert_eq!(widths(1 << 14, 256), [64, 64, 44, 44, 44, 44]);
        assert_eq!(widths(1 << 10, 300), [300; 6]);
    }

    /// Equal columns come out equal in a panel of each width that there is for up to 10,000
    /// examples and 100 threads, and equal to those of every other width.
    fn equal_examples_have_equal_scores<T: Scalar>(hidden: &[usize], outputs: usize) {
        let mlp = Mlp::regressor(784, outputs).hidden(hidden.to_vec());
        let model = mlp.build::<T>().unwrap();
        let mut widths = BTreeSet::new();
        for n in 2..=10_000 {
            for threads in [1, 2, 3, 16, 100] {
                let width = panel_width::<T>(n, model.parameters(), threads);
                widths.insert(width.min(n));
                widths.insert(if n % width == 0 { width.min(n) } else { n % width });
            }
        }
        let most = *widths.last().unwrap();
        let x = Mat::from_fn(784, most, |i, _| T::from_f64((i as f64).sin()));
        let rows = model.network().tape_rows(784);
        let mut expected = None;
        for width in widths {
            let (mut y, mut tape) = (Mat::zeros(outputs, width), Mat::zeros(rows, width));
            let x = x.as_ref().subcols(0, width);
            model.network().forward(x, y.as_mut(), tape.as_mut());
            let first: &Vec<T> = expected.get_or_insert_with(|| column(y.as_ref(), 0).to_vec());
            for j in 0..width {
                assert_eq!(column(y.as_ref(), j), first, "{} in {width} columns", T::NAME);
            }
        }
    }

    #[test]
    fn equal_examples_have_equal_scores_at_every_number_of_them() {
        equal_examples_have_equal_scores::<f32>(&[512, 256], 10);
        equal_examples_have_equal_scores::<f64>(&[64, 40], 3);
        equal_examples_have_equal_scores::<f32>(&[17, 5], 1);
    }

    #[test]
    fn no_example_is_alone() {
        for parameters in [1, 1 << 10, 1 << 14, 1 << 18, 535_818, 1 << 22, 1 << 25] {
            for n in 2..10_000 {
                for threads in [1, 2, 3, 16, 100] {
                    let width = panel_width::<f32>(n, parameters, threads);
                    assert!(n % width != 1, "{n} examples in panels of {width}, {parameters}");
                }
            }
        }
    }
}
