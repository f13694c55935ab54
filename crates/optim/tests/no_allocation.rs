//! A step allocates nothing after the first, whatever the optimiser.

#[path = "all/common.rs"]
mod common;

use std::alloc::System;

use densely_optim::{Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd};
use densely_tensor::Threads;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The counter is the whole process's: so this is the only test of its program.
#[test]
fn nothing_is_allocated_after_the_first_step() {
    let optimizers: [Box<dyn Optimizer<f32>>; 6] = [
        Box::new(Sgd::new(0.1)),
        Box::new(Sgd::new(0.1).momentum(0.9).clip_norm(1.0).clip_value(0.1).max_norm(2.0)),
        Box::new(Adam::new(0.1)),
        Box::new(AdamW::new(0.1)),
        Box::new(RmsProp::new(0.1).momentum(0.9).centered(true)),
        Box::new(Adagrad::new(0.1)),
    ];
    // The threads live to the end: one that ends allocates too, when it likes.
    let pools = [1, 2].map(|threads| Threads::new(threads).unwrap());
    let mut layer = common::layer::<f32>(400, 300);
    // And one that begins late, on a busy machine, when others are at work already.
    for threads in &pools {
        let mut warm = Sgd::new(0.1);
        threads.install(|| (0..20).for_each(|_| warm.step(&mut layer, threads).unwrap()));
    }
    for mut optimizer in optimizers {
        for threads in &pools {
            threads.install(|| {
                optimizer.step(&mut layer, threads).unwrap();
                let region = Region::new(ALLOCATOR);
                for step in 1..20 {
                    common::set_gradients(&mut layer, |i, j| common::gradient(step, i, j));
                    optimizer.step(&mut layer, threads).unwrap();
                }
                let change = region.change();
                let count = change.allocations + change.reallocations;
                assert_eq!(count, 0, "{threads:?}");
            });
        }
    }
}
