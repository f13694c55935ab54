//! `mpirun -n 4 sums`: how long a sum of so many values takes among the ranks, a line for each length: what the model of
//! the cost in `docs/distributed.md` is fitted to.

use std::time::Instant;

use densely_models::Exchange;
use densely_mpi::World;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let world = World::join()?;
    let mut exchange = world.exchange::<f32>();
    for exponent in (0..=24).step_by(2) {
        let length = 1_usize << exponent;
        let mut values = vec![1.0; length];
        let rounds = (1 << 24) / length.max(1 << 15);
        let mut times = Vec::new();
        for _ in 0..rounds.clamp(5, 200) {
            exchange.gather(&[])?;
            let started = Instant::now();
            exchange.begin(values)?;
            values = exchange.end()?;
            times.push(started.elapsed().as_secs_f64());
            // The values stay finite.
            values.fill(1.0);
        }
        times.sort_by(f64::total_cmp);
        // It takes as long as on the slowest rank.
        let median = times[times.len() / 2];
        let all = exchange.gather(&median.to_le_bytes())?;
        let slowest = all.iter().map(|bytes| {
            f64::from_le_bytes(bytes.as_slice().try_into().expect("eight bytes of each rank"))
        });
        let slowest = slowest.fold(0.0, f64::max);
        if world.rank() == 0 {
            println!("{} {} {slowest:e}", world.ranks(), length * size_of::<f32>());
        }
    }
    drop(exchange);
    Ok(world.finish()?)
}
