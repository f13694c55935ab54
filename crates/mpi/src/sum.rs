use std::collections::VecDeque;

use mpi::request::scope;
use mpi::traits::{Destination, Source};

use crate::number::Number;
use crate::ranks::{Ranks, SUM};

/// Up to so many bytes are sent whole: then it is the number of messages that takes the time.
const SHORT: usize = 16 << 10;
/// Of so many bytes are the messages of a half: one is added while others are on their way. All of them are asked for at
/// once, since an answer would wait behind what is sent.
const PIECE: usize = 256 << 10;
/// So many values are in a message at most: MPI counts them in 32 bits.
const LONG: usize = 1 << 28;

/// Where the values of other ranks come in.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) single: Room<f32>,
    pub(crate) double: Room<f64>,
}

/// Room for what comes, and for what is sent as it was; it grows to what is needed.
#[derive(Debug)]
pub(crate) struct Room<T>(Vec<T>, Vec<T>);

impl<T> Default for Room<T> {
    fn default() -> Self {
        Self(Vec::new(), Vec::new())
    }
}

fn some<T: Number>(room: &mut Vec<T>, len: usize) -> &mut [T] {
    if room.len() < len {
        room.resize(len, T::ZERO);
    }
    &mut room[..len]
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
    let room = T::room(scratch);
    if size_of_val(values) <= SHORT {
        return whole(ranks, values, room);
    }
    let mut parts = vec![(0, values.len())];
    for bit in bits(ranks) {
        let &(start, end) = parts.last().expect("it begins with all");
        let middle = start + (end - start) / 2;
        let (left, right) = values[start..end].split_at_mut(middle - start);
        let (side, other) = (side(ranks, bit), ranks.rank ^ bit);
        match side {
            Side::Left => add(ranks, other, right, left, side, room),
            Side::Right => add(ranks, other, left, right, side, room),
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
fn whole<T: Number>(ranks: &Ranks, values: &mut [T], Room(coming, sent): &mut Room<T>) {
    let (coming, sent) = (some(coming, values.len()), some(sent, values.len()));
    for bit in bits(ranks) {
        sent.copy_from_slice(values);
        let other = ranks.rank ^ bit;
        let process = ranks.process(other);
        scope(|scope| {
            let received = process.immediate_receive_into_with_tag(scope, coming, SUM);
            let sent = process.immediate_send_with_tag(scope, &*sent, SUM);
            ranks.both(other, sent, received);
        });
        combine(values, coming, side(ranks, bit));
    }
}

/// Sends one half to the other rank, and adds what it sends to the half that is kept, as it comes.
fn add<T: Number>(
    ranks: &Ranks,
    other: usize,
    given: &[T],
    kept: &mut [T],
    side: Side,
    Room(coming, _): &mut Room<T>,
) {
    let (process, piece) = (ranks.process(other), PIECE / size_of::<T>());
    let coming = some(coming, kept.len());
    scope(|scope| {
        let receive = |values| process.immediate_receive_into_with_tag(scope, values, SUM);
        let mut received: VecDeque<_> = coming.chunks_mut(piece).map(receive).collect();
        let send = |values| process.immediate_send_with_tag(scope, values, SUM);
        let mut sent: VecDeque<_> = given.chunks(piece).map(send).collect();
        let mut kept = kept.chunks_mut(piece);
        ranks.until(other, || {
            while let Some(request) = received.pop_front() {
                match request.test_with_data() {
                    Ok((_, come)) => combine(kept.next().expect("as many"), come, side),
                    Err(request) => {
                        received.push_front(request);
                        break;
                    }
                }
            }
            while let Some(request) = sent.pop_front() {
                if let Err(request) = request.test() {
                    sent.push_front(request);
                    break;
                }
            }
            (received.is_empty() && sent.is_empty()).then_some(())
        });
    });
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
            ranks.both(other, sent, received);
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
