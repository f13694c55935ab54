//! A long run neither leaks nor drifts: its bits are those of two half-runs, between which
//! everything but a model file and the state of the optimiser is thrown away.
//!
//! `cargo test --release -p densely --test all soak -- --ignored --nocapture` makes a million steps.

use std::hash::{DefaultHasher, Hasher};

use densely::prelude::*;

/// Examples in a mini-batch.
const BATCH: usize = 8;
/// Mini-batches in an epoch.
const BATCHES: u32 = 16;

/// Four numbers, and three classes that they tell.
fn data() -> Dataset<f64> {
    let n = BATCH * BATCHES as usize;
    let mut stream = Stream::new(7, Purpose::Other, Key::default());
    let labels: Vec<usize> = (0..n).map(|_| stream.below(3)).collect();
    let x = Mat::from_fn(4, n, |i, j| f64::from(i == labels[j]) + 0.3 * stream.normal::<f64>());
    Dataset::classification(x, labels, 3).unwrap()
}

/// A network with everything that could keep something from step to step: random draws, and
/// room to work in.
fn predictor(preparation: Preparation) -> Predictor<f32> {
    let mixed = ["relu", "prelu"];
    let network = Mlp::classifier(4, 3).hidden([16, 8]).activations(mixed);
    Predictor::new(preparation, network.dropout(0.1).input_noise(0.05)).unwrap()
}

/// A training that can be left and taken up again.
struct Run<O> {
    predictor: Predictor<f32>,
    optimizer: O,
    data: Dataset<f32>,
    step: TrainingStep<f32>,
    steps: u32,
    /// Of the bits of all losses so far.
    losses: DefaultHasher,
    last: f64,
}

impl<O: Optimizer<f32>> Run<O> {
    fn new(predictor: Predictor<f32>, optimizer: O) -> Self {
        let data = predictor.preparation().dataset(&data()).unwrap();
        let (step, losses) = (TrainingStep::new(), DefaultHasher::new());
        Self { predictor, optimizer, data, step, steps: 0, losses, last: f64::NAN }
    }

    fn go(&mut self, steps: u32) {
        let labels = self.data.labels().unwrap();
        for _ in 0..steps {
            let (epoch, step) = (self.steps / BATCHES, self.steps % BATCHES);
            let at = At { seed: 11, epoch, step, ..At::default() };
            let first = BATCH * step as usize;
            self.last = self
                .step
                .run(
                    self.predictor.model_mut(),
                    &mut self.optimizer,
                    self.data.x().subcols(first, BATCH),
                    Targets::Labels(&labels[first..first + BATCH]),
                    at,
                    &Threads::single(),
                )
                .unwrap();
            self.losses.write_u64(self.last.to_bits());
            self.steps += 1;
        }
    }

    /// Through a model file, and with a copy of the optimiser.
    fn resumed(self, name: &str) -> Self
    where
        O: Clone,
    {
        let path = std::env::temp_dir().join(format!("soak-{name}-{}", std::process::id()));
        let file = ModelFile { predictor: self.predictor, provenance: Provenance::default() };
        file.save(&path).unwrap();
        drop(file);
        let AnyModel::F32(file) = AnyModel::load(&path).unwrap() else { panic!("it was f32") };
        std::fs::remove_file(path).unwrap();
        let resumed = Run::new(file.predictor, self.optimizer.clone());
        Self { steps: self.steps, losses: self.losses, ..resumed }
    }

    fn bits(&self) -> (Vec<u32>, u64) {
        let mut weights = Vec::new();
        self.predictor.model().network().visit_params(&mut |param| {
            for j in 0..param.value.ncols() {
                weights.extend(param.value.col(j).iter().map(|value| value.to_bits()));
            }
        });
        (weights, self.losses.finish())
    }
}

/// Compares a run of so many steps with its halves. Returns the run, and how much memory
/// there was after a tenth of it and at its end.
fn compare<O: Optimizer<f32> + Clone>(
    name: &str,
    optimizer: &O,
    steps: u32,
) -> (Run<O>, [Option<u64>; 2]) {
    let preparation = Preparation::fit(["standardize"], &data()).unwrap();
    let run = || Run::new(predictor(preparation.clone()), optimizer.clone());
    let mut halves = run();
    // Not at the end of an epoch.
    let half = steps / 2 + 3;
    halves.go(half);
    let mut halves = halves.resumed(name);
    halves.go(steps - half);

    let mut whole = run();
    whole.go(steps / 10);
    let early = memory();
    whole.go(steps - steps / 10);
    let late = memory();
    assert_eq!(whole.bits(), halves.bits(), "{name}");
    assert!(whole.last.is_finite());
    (whole, [early, late])
}

/// The resident memory of this process in KiB, where the system says it.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
fn ten_thousand_steps() {
    compare("momentum", &Sgd::new(0.01).momentum(0.9).weight_decay(1e-3).max_norm(4.0), 10_000);
    let (run, _) = compare("adam", &Adam::new(0.002).weight_decay(1e-4).clip_norm(1.0), 10_000);
    let evaluation = run.predictor.evaluate(&data(), &Threads::single()).unwrap();
    assert!(evaluation.score() > 0.9, "{evaluation:?}");
}

/// What the comparison relies on: other random draws, or an optimiser without its state, lead
/// elsewhere.
#[test]
fn halves_that_forget_are_noticed() {
    let preparation = Preparation::fit(["standardize"], &data()).unwrap();
    let adam = Adam::new(0.002).weight_decay(1e-4);
    let bits = |change: fn(&mut Run<Adam<f32>>)| {
        let mut run = Run::new(predictor(preparation.clone()), adam.clone());
        run.go(100);
        let mut run = run.resumed("forgets");
        change(&mut run);
        run.go(100);
        run.bits().0
    };
    let right = bits(|_| {});
    assert_eq!(bits(|_| {}), right);
    assert_ne!(bits(|run| run.steps = 0), right);
    assert_ne!(bits(|run| run.optimizer = Adam::new(0.002).weight_decay(1e-4)), right);
}

#[test]
#[ignore = "its memory is measured, so it has to run alone"]
fn a_million_steps() {
    let adam = Adam::new(0.001).weight_decay(1e-4).clip_norm(1.0);
    let (run, memory) = compare("a-million", &adam, 1_000_000);
    println!("KiB of memory after 100,000 steps and after a million: {memory:?}");
    if let [Some(early), Some(late)] = memory {
        // A leak of a byte in ten steps would be more.
        assert!(late <= early + 64, "{early} KiB became {late}");
    }
    let evaluation = run.predictor.evaluate(&data(), &Threads::single()).unwrap();
    assert!(evaluation.score() > 0.9, "{evaluation:?}");
}
