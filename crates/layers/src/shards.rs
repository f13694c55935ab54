use std::ops::Range;

/// Where a mini-batch of `n` examples is cut into `S` shards: parts of consecutive examples, of which shard `s` begins
/// at `⌊s n / S⌋`. If there are fewer examples than shards, some shards are empty.
///
/// The gradient of a batch is the sum of those of its shards, by a balanced binary tree: of four, `(0 + 1) + (2 + 3)`.
/// Where the examples are cut, and what is added to what, depends on `n` and `S` alone. So `R` ranks, with `S / R`
/// consecutive shards each, arrive at the same bits for every `R`, if they add theirs by the same tree.
///
/// ```
/// use densely_layers::Shards;
///
/// let all = Shards::new(10, 4);
/// assert_eq!((0..4).map(|s| all.get(s)).collect::<Vec<_>>(), [0..2, 2..5, 5..7, 7..10]);
/// let last = all.of_rank(1, 2);
/// assert_eq!((last.columns(), last.count(), last.get(1)), (5..10, 2, 2..5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shards {
    examples: usize,
    of_batch: usize,
    first: usize,
    count: usize,
}

impl Shards {
    /// Shards of a batch, at most.
    pub const MOST: usize = 1024;

    /// All `shards` of a mini-batch of so many examples.
    ///
    /// # Panics
    /// If `shards` is no power of two, or more than [`MOST`](Self::MOST).
    #[must_use]
    pub fn new(examples: usize, shards: usize) -> Self {
        let fit = shards.is_power_of_two() && shards <= Self::MOST;
        assert!(fit, "Shards: {shards} is no power of two up to {}", Self::MOST);
        Self { examples, of_batch: shards, first: 0, count: shards }
    }

    /// Those of one of `ranks`.
    ///
    /// # Panics
    /// If there is no such rank, or the ranks cannot share the shards evenly.
    #[must_use]
    pub fn of_rank(self, rank: usize, ranks: usize) -> Self {
        let fit = rank < ranks && self.count.is_multiple_of(ranks);
        assert!(fit, "Shards: rank {rank} of {ranks} for {} shards", self.count);
        let count = self.count / ranks;
        Self { first: self.first + rank * count, count, ..self }
    }

    /// The number of examples in the whole batch.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// Where the examples of these shards are in the batch.
    #[must_use]
    pub fn columns(&self) -> Range<usize> {
        self.start(self.first)..self.start(self.first + self.count)
    }

    /// The number of these shards.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether the batch is not cut at all.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.of_batch == 1
    }

    /// Where the examples of one of these shards are, from the first example of the first of them.
    #[must_use]
    pub fn get(&self, shard: usize) -> Range<usize> {
        let from = |shard| self.start(self.first + shard) - self.start(self.first);
        from(shard)..from(shard + 1)
    }

    fn start(&self, shard: usize) -> usize {
        (shard as u128 * self.examples as u128 / self.of_batch as u128) as usize
    }
}

/// The sum of `leaf(0)`, `leaf(1)`, ... by the balanced tree, of a power of two of them, in the order of the tree: `leaf`
/// makes each at hand, `keep(level)` puts that aside, and `add(level)` adds what was put aside there, which is the left term, to
/// what is at hand. There are as many levels as the logarithm of `count` to the base 2. For [`backward_shards`](crate::Layer::backward_shards) of one's own.
///
/// ```
/// use densely_layers::sum_by_tree;
///
/// let terms = [1e16, 1.0, -1e16, 1.0];
/// let mut sums = (0.0, [0.0; 2]);
/// sum_by_tree(
///     4,
///     &mut sums,
///     |(sum, _), index| *sum = terms[index],
///     |(sum, kept), level| kept[level] = *sum,
///     |(sum, kept), level| *sum = kept[level] + *sum,
/// );
/// assert_eq!(sums.0, (terms[0] + terms[1]) + (terms[2] + terms[3]));
/// ```
pub fn sum_by_tree<C>(
    count: usize,
    context: &mut C,
    leaf: impl Fn(&mut C, usize),
    keep: impl Fn(&mut C, usize),
    add: impl Fn(&mut C, usize),
) {
    for index in 0..count {
        leaf(context, index);
        let full = index.trailing_ones() as usize;
        (0..full).for_each(|level| add(context, level));
        if index + 1 < count {
            keep(context, full);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_and_ranks_cut_a_batch_without_gaps() {
        for n in [0, 1, 5, 8, 100, 127, usize::MAX] {
            for shards in [1, 2, 4, 8, 64] {
                let all = Shards::new(n, shards);
                assert_eq!(all.columns(), 0..n);
                for ranks in [1, 2, 4, 8, 64].into_iter().filter(|&ranks| ranks <= shards) {
                    let mut next = 0;
                    for rank in 0..ranks {
                        let own = all.of_rank(rank, ranks);
                        assert_eq!(own.columns().start, next);
                        for shard in 0..own.count() {
                            let (part, whole) =
                                (own.get(shard), all.get(rank * own.count() + shard));
                            assert_eq!(part.start + own.columns().start, whole.start);
                            assert!(
                                part.len() == whole.len() && part.len().abs_diff(n / shards) < 2
                            );
                            next += part.len();
                        }
                    }
                    assert_eq!(next, n);
                }
            }
        }
    }

    #[test]
    fn the_tree_is_balanced() {
        for (count, expected) in
            [(1, "0"), (2, "(0+1)"), (4, "((0+1)+(2+3))"), (8, "(((0+1)+(2+3))+((4+5)+(6+7)))")]
        {
            let mut context = (String::new(), vec![String::new(); 3]);
            sum_by_tree(
                count,
                &mut context,
                |(hand, _), index| *hand = index.to_string(),
                |(hand, kept), level| kept[level].clone_from(hand),
                |(hand, kept), level| *hand = format!("({}+{hand})", kept[level]),
            );
            assert_eq!(context.0, expected);
        }
    }
}
