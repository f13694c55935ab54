//! A training step allocates nothing after the first, nor does a prediction.

use std::alloc::System;
use std::ops::ControlFlow;

use densely_data::{Dataset, StoredDatasetWriter, digits};
use densely_layers::At;
use densely_models::{Mlp, Model, Trainer, TrainingStep, Workspace};
use densely_optim::Sgd;
use densely_tensor::{Scalar, Threads};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The counter is the whole process's, and a test runner that starts, ends and reports
/// other tests allocates: so this is the only test of its program.
#[test]
fn nothing_is_allocated_after_the_first_round() {
    // The threads live to the end: one that ends allocates too, when it likes.
    let pools = [1, 2, 4].map(|threads| Threads::new(threads).unwrap());
    for threads in &pools {
        for shards in [1, 8] {
            steps_2_to_100::<f32>(threads, shards);
            steps_2_to_100::<f64>(threads, shards);
        }
        // 5 and 38 steps: the monitor looks at the first epoch, and at all of them.
        whole_epochs(threads, 64);
        whole_epochs(threads, 8);
    }
    steps_of_a_training();
    steps_on_the_disk();
    predictions();
}

fn allocations(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

/// A part of the digits whose size the batches of 64 do not divide.
fn data<T: Scalar>() -> Dataset<T> {
    digits().subset(&(0..300).collect::<Vec<_>>()).unwrap().cast().unwrap()
}

fn model<T: Scalar>() -> Model<T> {
    let activations = ["tanh", "prelu", "relu", "maxout"];
    Mlp::classifier(64, 10)
        .hidden([100, 50, 30, 20])
        .activations(activations)
        .dropout(0.2)
        .input_noise(0.1)
        .build()
        .unwrap()
}

fn sgd<T: Scalar>() -> Sgd<T> {
    Sgd::new(0.01).momentum(0.9).nesterov(true).weight_decay(1e-4)
}

fn steps_2_to_100<T: Scalar>(threads: &Threads, shards: usize) {
    let (data, mut model) = (data::<T>(), model());
    let (mut step, mut sgd) = (TrainingStep::new().shards(shards), sgd());
    let (x, labels) = (data.x(), data.labels().unwrap());
    let mut run = |i: u32| {
        // Batches of two sizes, the larger first.
        let n = if i.is_multiple_of(2) { 300 } else { 170 };
        let (x, labels) = (x.subcols(0, n), &labels[..n]);
        let at = At { step: i, ..At::default() };
        step.run(&mut model, &mut sgd, x, labels.into(), at, threads).unwrap();
    };
    threads.install(|| {
        run(0);
        let count = allocations(|| (1..100).for_each(&mut run));
        assert_eq!(count, 0, "{} {threads:?}, {shards} shards", T::NAME);
    });
}

fn whole_epochs(threads: &Threads, batch_size: usize) {
    let (data, mut model, mut counts) = (data::<f32>(), model(), Vec::with_capacity(9));
    let region = Region::new(ALLOCATOR);
    Trainer::new(sgd())
        .epochs(5)
        .batch_size(batch_size)
        .threads(threads.clone())
        .on_epoch(|_, _| {
            let change = region.change();
            counts.push(change.allocations + change.reallocations);
            ControlFlow::Continue(())
        })
        .fit(&mut model, &data)
        .unwrap();
    assert!(counts.iter().all(|&count| count == counts[0]), "{counts:?}, {threads:?}");
}

/// Also of examples that another thread reads, from the second window on. A step that has to wait for them, as on a machine
/// with other work, makes a place to wait in; one training in three has no such step.
fn steps_on_the_disk() {
    let mut writer = StoredDatasetWriter::new(std::env::temp_dir()).unwrap().block_size(5);
    writer.push(&data::<f32>()).unwrap();
    let stored = writer.finish().unwrap();
    let counts = [(); 3].map(|()| {
        let mut model = model();
        let trainer = Trainer::new(sgd()).batch_size(10).epochs(3);
        let mut training = trainer.start(&mut model, &stored).unwrap();
        (0..20).for_each(|_| assert!(training.step().is_ok()));
        let count = allocations(|| (0..9).for_each(|_| assert!(training.step().is_ok())));
        assert_eq!(training.position(), (1, 29));
        count
    });
    assert!(counts.contains(&0), "{counts:?}");
}

/// Also of one that goes on, after its own first step; the last of the five ends an epoch.
fn steps_of_a_training() {
    let data = data::<f32>();
    let trainer = || Trainer::new(sgd()).batch_size(64);
    let (mut first, mut second) = (model(), model());
    let mut training = trainer().start(&mut first, &data).unwrap();
    training.step().unwrap();
    let checkpoint = training.checkpoint().unwrap();
    let mut resumed = trainer().resume(&mut second, &data, checkpoint).unwrap();
    resumed.step().unwrap();
    for (training, steps) in [(&mut training, 3), (&mut resumed, 2)] {
        let count = allocations(|| (0..steps).for_each(|_| assert!(training.step().is_ok())));
        assert_eq!((count, training.position()), (0, (1, 4)));
    }
}

fn predictions() {
    let (data, model, mut workspace) = (data::<f32>(), model::<f32>(), Workspace::new());
    let mut predict = |n: usize| {
        model.predict_with(data.x().subcols(0, n), &mut workspace).unwrap();
    };
    predict(300);
    assert_eq!(allocations(|| [1, 300, 17, 1, 200].into_iter().for_each(&mut predict)), 0);
}
