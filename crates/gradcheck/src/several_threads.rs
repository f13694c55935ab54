use densely_tensor::Threads;

/// Two threads, then three, whose results are to have the bits of one. Where no threads can be
/// had, there is nothing to compare.
pub(crate) fn several_threads() -> impl Iterator<Item = Threads> {
    [2, 3].into_iter().filter_map(|count| Threads::new(count).ok())
}
