use std::mem;

use mpi::request::scope;
use mpi::traits::{Destination, Source};

use crate::number::Number;
use crate::ranks::{Ranks, SUM};

/// Up to so many bytes are sent whole: then it is the number of messages that takes the time.
const SHORT: usize = 16 << 10;
/// So many bytes are added while the next are on their way; they stay in a core's cache.
const PIECE: usize = 256 << 10;
/// So many values are in a message at most: MPI counts them in 32 bits.
const LONG: usize = 1 << 28;

/// Where pieces of other ranks come in.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) single: Pieces<f32>,
    pub(crate) double: Pieces<f64>,
}

/// The piece that comes, and the one that is added.
#[derive(Debug)]
pub(crate) struct Pieces<T>(Vec<T>, Vec<T>);

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self(Vec::new(), Vec::new())
    }
}

/// Whose values are the left ones of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Adds the values of all ranks, as the balanced binary tree over them does: at each level, ranks are joined with those
/// whose number differs in one bit, from the last bit on, and the rank without the bit is on the left.
///
/// Of many values, each rank of a pair adds one half, so that at the end each has an equal share of the sums
/// (*recursive halving*); then these are sent the same way back (*recursive doubling*). That moves 2 (1 - 1/R) times the
/// values, however many ranks, in 2 log₂ R messages. R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of collective
/// communication operations in MPICH" (2005), section 4.5.
pub(crate) fn sum<T: Number>(ranks: &Ranks, values: &mut [T], scratch: &mut Scratch) {
    let pieces = T::pieces(scratch);
    let piece = PIECE / size_of::<T>();
    pieces.0.resize(piece, T::ZERO);
    pieces.1.resize(piece, T::ZERO);
    if size_of_val(values) <= SHORT {
        return whole(ranks, values, pieces);
    }
    let mut parts = vec![(0, values.len())];
    for bit in bits(ranks) {
        let &(start, end) = parts.last().expect("it begins with all");
        let middle = start + (end - start) / 2;
        let (left, right) = values[start..end].split_at_mut(middle - start);
        let (side, other) = (side(ranks, bit), ranks.rank ^ bit);
        match side {
            Side::Left => add(ranks, other, right, left, side, pieces),
            Side::Right => add(ranks, other, left, right, side, pieces),
        }
        parts.push(if side == Side::Left { (start, middle) } else { (middle, end) });
    }
    parts.pop();
    for bit in bits(ranks).rev() {
        let (start, end) = parts.pop().expect("one for each bit");
        let middle = start + (end - start) / 2;
        let (left, right) = values[start..end].split_at_mut(middle - start);
        let other = ranks.rank ^ bit;
        match side(ranks, bit) {
            Side::Left => trade(ranks, other, left, right),
            Side::Right => trade(ranks, other, right, left),
        }
    }
}

/// The distances to the ranks that one is joined with.
fn bits(ranks: &Ranks) -> impl DoubleEndedIterator<Item = usize> + use<> {
    (0..ranks.ranks.trailing_zeros()).map(|bit| 1 << bit)
}

fn side(ranks: &Ranks, bit: usize) -> Side {
    if ranks.rank & bit == 0 { Side::Left } else { Side::Right }
}

/// Few values: both ranks of a pair add all of them.
fn whole<T: Number>(ranks: &Ranks, values: &mut [T], Pieces(coming, sent): &mut Pieces<T>) {
    let (coming, sent) = (&mut coming[..values.len()], &mut sent[..values.len()]);
    for bit in bits(ranks) {
        sent.copy_from_slice(values);
        let other = ranks.rank ^ bit;
        let process = ranks.process(other);
        scope(|scope| {
            let received = process.immediate_receive_into_with_tag(scope, coming, SUM);
            let sent = process.immediate_send_with_tag(scope, &*sent, SUM);
            ranks.both(other, sent, received, || {});
        });
        combine(values, coming, side(ranks, bit));
    }
}

/// Sends one half to the other rank, and adds what it sends to the half that is kept.
fn add<T: Number>(
    ranks: &Ranks,
    other: usize,
    given: &[T],
    kept: &mut [T],
    side: Side,
    Pieces(coming, come): &mut Pieces<T>,
) {
    let (process, piece) = (ranks.process(other), coming.len());
    // Halves differ by one value at most: the longer one decides how many pieces there are.
    let count = given.len().max(kept.len()).div_ceil(piece);
    let part = |len: usize, i: usize| (i * piece).min(len)..((i + 1) * piece).min(len);
    let length = kept.len();
    for i in 0..count {
        scope(|scope| {
            let coming = &mut coming[..part(length, i).len()];
            let received = process.immediate_receive_into_with_tag(scope, coming, SUM);
            let given = &given[part(given.len(), i)];
            let sent = process.immediate_send_with_tag(scope, given, SUM);
            let before = || {
                if i > 0 {
                    combine(&mut kept[part(length, i - 1)], come, side);
                }
            };
            ranks.both(other, sent, received, before);
        });
        mem::swap(coming, come);
    }
    if count > 0 {
        let last = part(length, count - 1);
        combine(&mut kept[last.clone()], &come[..last.len()], side);
    }
}

/// Sends one half to the other rank, and takes its.
fn trade<T: Number>(ranks: &Ranks, other: usize, given: &[T], taken: &mut [T]) {
    let process = ranks.process(other);
    let taken_len = taken.len();
    let count = given.len().max(taken_len).div_ceil(LONG);
    let part = |len: usize, i: usize| (i * LONG).min(len)..((i + 1) * LONG).min(len);
    for i in 0..count {
        let (given, taken) = (&given[part(given.len(), i)], &mut taken[part(taken_len, i)]);
        scope(|scope| {
            let received = process.immediate_receive_into_with_tag(scope, taken, SUM);
            let sent = process.immediate_send_with_tag(scope, given, SUM);
            ranks.both(other, sent, received, || {});
        });
    }
}

fn combine<T: Number>(values: &mut [T], others: &[T], side: Side) {
    match side {
        Side::Left => {
            values.iter_mut().zip(others).for_each(|(left, &right)| *left += right);
        }
        Side::Right => {
            values.iter_mut().zip(others).for_each(|(right, &left)| *right = left + *right);
        }
    }
}
