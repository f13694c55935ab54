//! What every rank checks of sums, bytes and a training, with as many ranks as it is started with: `cargo test` has one,
//! `scripts/mpi/check` more.

use densely_models::Exchange;
use densely_mpi::{Number, World};

fn main() {
    let world = World::join().expect("MPI begins");
    sums::<f32>(&world);
    sums::<f64>(&world);
    several_at_once(&world);
    bytes(&world);
    if world.rank() == 0 {
        println!("{} ranks: all is well", world.ranks());
    }
    world.finish().expect("all ranks end");
}

/// Numbers whose sum depends on the order, with zeros of both signs, infinities and NaN among them.
fn values<T: Number>(rank: usize, length: usize) -> Vec<T> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(rank as u64 + 1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut number = |i: usize| match (i % 97, rank % 2) {
        (13, 0) => 0.0,
        (13, _) | (14, _) => -0.0,
        (15, 0) => f64::INFINITY,
        (16, 1) => f64::NEG_INFINITY,
        (17, 1) => f64::NAN,
        _ => ((next() >> 11) as f64 - 4.5e15) * 2_f64.powi((i % 40) as i32 - 70),
    };
    (0..length).map(|i| T::from_f64(number(i))).collect()
}

/// The balanced binary tree, written down as it is defined.
fn tree<T: Number>(ranks: &[Vec<T>]) -> Vec<T> {
    match ranks {
        [one] => one.clone(),
        _ => {
            let (left, right) = ranks.split_at(ranks.len() / 2);
            tree(left).into_iter().zip(tree(right)).map(|(left, right)| left + right).collect()
        }
    }
}

/// Bits, but that one NaN is as good as another.
fn bits<T: Number>(values: &[T]) -> Vec<u64> {
    let bits = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    values.iter().map(|value| bits(value.to_f64())).collect()
}

/// Around every size at which something else is done: none, fewer than ranks, whole, in one piece, in several.
fn sums<T: Number>(world: &World) {
    let mut exchange = world.exchange::<T>();
    let short = (16 << 10) / size_of::<T>();
    let piece = (256 << 10) / size_of::<T>();
    let lengths = [
        0,
        1,
        2,
        3,
        5,
        1000,
        short - 1,
        short,
        short + 1,
        piece - 1,
        2 * piece,
        2 * piece + 1,
        3 * piece + 7,
        9 * piece - 1,
    ];
    for length in lengths {
        let all: Vec<Vec<T>> = (0..world.ranks()).map(|rank| values(rank, length)).collect();
        let mine = all[world.rank()].clone();
        let place = mine.as_ptr();
        exchange.begin(mine).expect("all ranks are there");
        let sum = exchange.end().expect("all ranks are there");
        assert_eq!(bits(&sum), bits(&tree(&all)), "{length} of {}", T::NAME);
        assert_eq!(sum.as_ptr(), place, "the buffer comes back");
    }
}

/// Sums that begin before others end, of different lengths, and bytes right after them.
fn several_at_once(world: &World) {
    let mut exchange = world.exchange::<f64>();
    for round in 0..50 {
        let lengths = [70_000, 10, 3000 + round];
        let all = lengths.map(|length| {
            let ranks = 0..world.ranks();
            ranks.map(|rank| values::<f64>(rank + round, length)).collect::<Vec<_>>()
        });
        for of_ranks in &all {
            exchange.begin(of_ranks[world.rank()].clone()).expect("all ranks are there");
        }
        for of_ranks in &all {
            let sum = exchange.end().expect("all ranks are there");
            assert_eq!(bits(&sum), bits(&tree(of_ranks)));
        }
        let told = exchange.gather(&[world.rank() as u8]).expect("all ranks are there");
        assert!(told.iter().enumerate().all(|(rank, told)| *told == [rank as u8]));
    }
}

/// Bytes of different lengths, none among them.
fn bytes(world: &World) {
    let mut exchange = world.exchange::<f32>();
    for unit in [0, 1, 1000, 1 << 20] {
        let of = |rank: usize| vec![rank as u8; rank * unit];
        let told = exchange.gather(&of(world.rank())).expect("all ranks are there");
        assert_eq!(told, (0..world.ranks()).map(of).collect::<Vec<_>>());
    }
}
