//! Shards of a batch, and ranks that share them: the bits of one process.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use densely_data::{Dataset, StoredDatasetWriter, digits};
use densely_layers::{At, Layer};
use densely_loss::Targets;
use densely_models::{
    Checkpoint, Examples, Exchange, ExchangeError, History, LocalExchange, Mlp, Model, ModelError,
    Stop, Trainer, Training, TrainingStep, give_up,
};
use densely_optim::{Adam, CosineDecay, Optimizer, OptimizerKinds, Plateau, Schedule, Sgd};
use densely_tensor::{Mat, Scalar, Threads};

/// All that came of a training.
type Outcome = (String, Vec<u8>);

fn outcome<T: Scalar>(history: &History, model: &Model<T>) -> Outcome {
    let mut bytes = Vec::new();
    model.network().visit_params(&mut |param| {
        for column in param.value.col_iter() {
            column.iter().for_each(|value| bytes.extend(value.to_le_bytes().as_ref()));
        }
    });
    (format!("{history:?} {:?}", history.diagnosis()), bytes)
}

/// What each of so many ranks has of this work.
fn on_ranks<T: Scalar, R: Send>(
    ranks: usize,
    work: impl Fn(LocalExchange<T>) -> R + Sync,
) -> Vec<R> {
    let work = &work;
    std::thread::scope(|scope| {
        let group = LocalExchange::group(ranks).into_iter();
        let threads: Vec<_> = group.map(|rank| scope.spawn(move || work(rank))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn part<T: Scalar>(first: usize, len: usize) -> Dataset<T> {
    digits().subset(&(first..first + len).collect::<Vec<_>>()).unwrap().cast().unwrap()
}

/// With random draws, units that die and units that saturate.
fn classifier<T: Scalar>() -> Model<T> {
    let activations = ["relu", "tanh", "prelu", "maxout"];
    let mlp = Mlp::classifier(64, 10).hidden([20, 12, 8, 6]).activations(activations);
    mlp.dropout(0.2).input_noise(0.5).build().unwrap()
}

fn regressor<T: Scalar>() -> Model<T> {
    Mlp::regressor(64, 2).hidden([15]).activation("sigmoid").build().unwrap()
}

fn weighted<T: Scalar>() -> Dataset<T> {
    let data = part::<T>(0, 77);
    let values = Mat::from_fn(2, 77, |i, j| T::from_f64(((3 * j + i) as f64).sin()));
    let weights: Vec<T> = (0..77).map(|j| T::from_f64(0.3 + (j % 5) as f64)).collect();
    Dataset::regression(data.x().to_owned(), values).unwrap().with_weights(weights).unwrap()
}

/// Batches of 10, of which the last has 5: fewer than 8 shards.
fn of_classes<'a, T: Scalar>(optimizer: &str, validation: &'a Dataset<T>) -> Trainer<'a, T> {
    Trainer::new(OptimizerKinds::new().get(optimizer).unwrap())
        .epochs(4)
        .batch_size(10)
        .validation_data(validation)
        .patience(3)
        .plateau(Plateau::new(0.5, 1))
        .schedule(CosineDecay::new().warm_up(1.5))
        .seed(5)
}

/// On each number of ranks that can share so many shards.
fn has_the_bits_of_one_process<'a, T: Scalar>(
    trainer: impl Fn() -> Trainer<'a, T> + Sync,
    model: impl Fn() -> Model<T> + Sync,
    data: Examples<'_, T>,
) {
    let fit = |trainer: Trainer<'_, T>| {
        let mut model = model();
        let history = trainer.fit(&mut model, data).unwrap();
        outcome(&history, &model)
    };
    assert_eq!(fit(trainer().shards(1)), fit(trainer()));
    let mut all = Vec::new();
    for shards in [1, 2, 4, 8] {
        let expected = fit(trainer().shards(shards));
        for ranks in [1, 2, 4, 8].into_iter().filter(|&ranks| ranks <= shards) {
            let outcomes = on_ranks(ranks, |rank| {
                let threads = Threads::new(1 + rank.rank() % 2).unwrap();
                fit(trainer().shards(shards).threads(threads).exchange(rank))
            });
            for (rank, outcome) in outcomes.iter().enumerate() {
                assert_eq!(outcome.0, expected.0, "rank {rank} of {ranks}, {shards} shards");
                assert!(outcome.1 == expected.1, "rank {rank} of {ranks}, {shards} shards");
            }
        }
        all.push(expected.1);
    }
    all.dedup();
    assert_eq!(all.len(), 4, "shards change the last bits");
}

fn all_trainings_have_the_bits_of_one_process<T: Scalar>() {
    let (data, validation) = (part::<T>(0, 95), part(95, 41));
    for optimizer in ["sgd", "adam", "rmsprop"] {
        let trainer = || of_classes(optimizer, &validation);
        has_the_bits_of_one_process(trainer, classifier, (&data).into());
    }
    let data = weighted::<T>();
    let trainer =
        || Trainer::new(Adam::new(0.01).clip_norm(0.5)).epochs(3).batch_size(20).validation(0.2);
    has_the_bits_of_one_process(trainer, regressor, (&data).into());
}

#[test]
fn ranks_have_the_bits_of_one_process_in_f32() {
    all_trainings_have_the_bits_of_one_process::<f32>();
}

#[test]
fn ranks_have_the_bits_of_one_process_in_f64() {
    all_trainings_have_the_bits_of_one_process::<f64>();
}

#[test]
fn so_do_ranks_that_read_from_the_disk() {
    let store = |data: &Dataset<f32>| {
        let mut writer = StoredDatasetWriter::new(std::env::temp_dir()).unwrap().block_size(16);
        writer.push(data).unwrap();
        writer.finish().unwrap()
    };
    let (data, validation) = (store(&part(0, 95)), store(&part(95, 41)));
    let trainer =
        || Trainer::new(Sgd::new(0.001)).epochs(2).batch_size(10).validation_data(&validation);
    has_the_bits_of_one_process(trainer, classifier, (&data).into());
}

/// Layers whose gradients are cut into panels, and batches of several panels.
#[test]
fn so_do_larger_networks() {
    let data = part::<f32>(0, 400);
    let model = || Mlp::classifier(64, 10).hidden([300, 260]).dropout(0.1).build().unwrap();
    let trainer = || Trainer::new(Sgd::new(0.01).momentum(0.9)).epochs(1).batch_size(200);
    has_the_bits_of_one_process(trainer, model, (&data).into());
}

/// The sum over shards is that over examples.
#[test]
fn shards_change_a_gradient_by_rounding_only() {
    let data = weighted::<f64>();
    let gradients = |shards| {
        let mut model = regressor();
        let (x, weights) = (data.x(), data.weights().unwrap());
        let targets = Targets::Values(data.values().unwrap()).weighted(weights);
        let mut step = TrainingStep::new().shards(shards);
        let loss = step.gradients(&mut model, x, targets, At::default(), &Threads::single());
        let mut all = vec![loss.unwrap()];
        model.network().visit_params(&mut |param| {
            param.grad.col_iter().for_each(|column| all.extend(column.iter()));
        });
        all
    };
    let expected = gradients(1);
    for shards in [2, 16, 128] {
        let found = gradients(shards);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-13 * (1.0 + expected.abs()), "{shards} shards");
        }
        assert_ne!(found, expected);
    }
}

/// A loop of one's own.
#[test]
fn single_steps_have_the_bits_of_one_process() {
    let data = part::<f32>(0, 50);
    let run = |rank: Option<LocalExchange<f32>>| {
        let (mut model, mut sgd) = (classifier(), Sgd::new(0.01));
        let (mut step, threads) = (TrainingStep::new().shards(4), Threads::single());
        let (targets, mut rank) = (Targets::Labels(data.labels().unwrap()), rank);
        let losses: Vec<f64> = (0..5)
            .map(|i| {
                let at = At { step: i, ..At::default() };
                let (model, x) = (&mut model, data.x());
                match &mut rank {
                    None => step.run(model, &mut sgd, x, targets, at, &threads),
                    Some(rank) => {
                        step.run_together(rank, model, &mut sgd, x, targets, at, &threads)
                    }
                }
                .unwrap()
            })
            .collect();
        let mut weights = Vec::new();
        model.network().visit_params(&mut |param| weights.push(param.value.clone()));
        (losses, weights)
    };
    let expected = run(None);
    assert!(on_ranks(4, |rank| run(Some(rank))).iter().all(|found| *found == expected));
}

/// Stored after some steps, in the middle of an epoch.
fn stored(training: &mut Training<'_, f32>) -> Checkpoint<f32> {
    (0..13).for_each(|_| assert!(training.step().unwrap().is_some()));
    training.checkpoint().unwrap()
}

#[test]
fn a_training_goes_on_with_other_ranks() {
    let (data, validation) = (part::<f32>(0, 95), part(95, 41));
    let trainer = || of_classes("adam", &validation).shards(4);
    let mut model = classifier();
    let history = trainer().fit(&mut model, &data).unwrap();
    let expected = outcome(&history, &model);
    let mut checkpoints = Vec::new();
    for ranks in [1, 2, 4] {
        checkpoints.extend(on_ranks(ranks, |rank| {
            stored(&mut trainer().exchange(rank).start(&mut classifier(), &data).unwrap())
        }));
    }
    checkpoints.dedup();
    assert_eq!(checkpoints.len(), 1, "a checkpoint does not depend on the ranks");
    for ranks in [1, 2, 4] {
        let outcomes = on_ranks(ranks, |rank| {
            let (mut model, from) = (classifier(), checkpoints[0].clone());
            let training = trainer().exchange(rank).resume(&mut model, &data, from).unwrap();
            let history = training.finish().unwrap();
            outcome(&history, &model)
        });
        assert!(outcomes.iter().all(|outcome| *outcome == expected), "{ranks} ranks");
    }
    let mut model = classifier();
    let other = trainer().shards(2).resume(&mut model, &data, checkpoints[0].clone());
    let error = other.unwrap_err().to_string();
    assert!(error.contains("shards was 4, and is 2"), "{error}");
}

/// The errors of all ranks.
fn errors(
    ranks: usize,
    work: impl Fn(LocalExchange<f32>) -> Result<History, ModelError> + Sync,
) -> Vec<String> {
    on_ranks(ranks, |rank| work(rank).unwrap_err().to_string())
}

#[test]
fn all_ranks_know_what_differs() {
    let data = part::<f32>(0, 95);
    let fit = |rank: LocalExchange<f32>| {
        let own = rank.rank();
        let trainer = Trainer::new(Sgd::new(0.01)).epochs(1).shards(4);
        let trainer = trainer.batch_size(if own == 3 { 20 } else { 10 });
        trainer.seed(own as u64 / 2).exchange(rank).fit(&mut classifier(), &data)
    };
    let expected = "ranks differ: batch size is 10 on ranks 0, 1 and 2, and 20 on rank 3; seed is 0 \
                    on ranks 0 and 1, and 1 on ranks 2 and 3";
    assert_eq!(errors(4, fit), vec![expected; 4]);
    let other = part::<f32>(1, 95);
    let fit = |rank: LocalExchange<f32>| {
        let data = if rank.rank() == 1 { &other } else { &data };
        let trainer = Trainer::new(Sgd::new(0.01)).shards(2);
        trainer.exchange(rank).fit(&mut classifier(), data)
    };
    for error in errors(2, fit) {
        assert!(error.starts_with("ranks differ: training data is 95 examples of 64"), "{error}");
    }
    let fit = |rank: LocalExchange<f32>| {
        let mut model = classifier();
        model.draw_weights(rank.rank() as u64);
        Trainer::new(Sgd::new(0.01)).shards(2).exchange(rank).fit(&mut model, &data)
    };
    for error in errors(2, fit) {
        assert!(error.starts_with("ranks differ: weights is "), "{error}");
    }
}

/// A rank that says it is of an older version.
#[derive(Debug)]
struct Older(LocalExchange<f32>);

impl Exchange<f32> for Older {
    fn rank(&self) -> usize {
        self.0.rank()
    }
    fn ranks(&self) -> usize {
        self.0.ranks()
    }
    fn begin(&mut self, values: Vec<f32>) -> Result<(), ExchangeError> {
        self.0.begin(values)
    }
    fn end(&mut self) -> Result<Vec<f32>, ExchangeError> {
        self.0.end()
    }
    fn gather(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ExchangeError> {
        let own = concat!("version of densely\0", env!("CARGO_PKG_VERSION"));
        let text = str::from_utf8(bytes).expect("what ranks compare is text");
        self.0.gather(text.replace(own, "version of densely\x000.0.1").as_bytes())
    }
}

#[test]
fn versions_are_compared() {
    let data = part::<f32>(0, 95);
    let fit = |rank: LocalExchange<f32>| {
        let trainer = Trainer::new(Sgd::new(0.01)).shards(4);
        match rank.rank() {
            2 => trainer.exchange(Older(rank)).fit(&mut classifier(), &data),
            _ => trainer.exchange(rank).fit(&mut classifier(), &data),
        }
    };
    let expected = concat!(
        "ranks differ: version of densely is ",
        env!("CARGO_PKG_VERSION"),
        " on ranks 0, 1 and 3, and 0.0.1 on rank 2"
    );
    assert_eq!(errors(4, fit), vec![expected; 4]);
}

#[test]
fn a_rank_that_fails_ends_all() {
    let data = part::<f32>(0, 95);
    let wrong = weighted::<f32>();
    let trainer = || Trainer::new(Sgd::new(0.01)).epochs(2).batch_size(10).shards(4);
    // Before the training.
    let early = |mut rank: LocalExchange<f32>| match rank.rank() {
        2 => Err(give_up(&mut rank, "cannot read data.csv").into()),
        _ => trainer().exchange(rank).fit(&mut classifier(), &data),
    };
    assert_eq!(errors(4, early), vec!["rank 2 failed: cannot read data.csv"; 4]);
    // By an error of its own, when it begins.
    let at_the_start = |rank: LocalExchange<f32>| {
        let data = if rank.rank() == 1 { &wrong } else { &data };
        trainer().exchange(rank).fit(&mut classifier(), data)
    };
    for error in errors(4, at_the_start) {
        assert!(error.starts_with("rank 1 failed: "), "{error}");
    }
    // Between two steps.
    let later = |rank: LocalExchange<f32>| {
        let (own, mut model) = (rank.rank(), classifier());
        let mut training = trainer().exchange(rank).start(&mut model, &data)?;
        while training.step()?.is_some() {
            if own == 3 && training.position() == (2, 5) {
                return Err(training.give_up("the disk is full"));
            }
        }
        training.finish()
    };
    assert_eq!(errors(4, later), vec!["rank 3 failed: the disk is full"; 4]);
    // Without a word.
    let silent = |rank: LocalExchange<f32>| {
        let (own, mut model) = (rank.rank(), classifier());
        let mut training = trainer().exchange(rank).start(&mut model, &data)?;
        while training.step()?.is_some() {
            if own == 1 && training.position() == (1, 7) {
                return Err(ModelError::Failed);
            }
        }
        training.finish()
    };
    let errors = errors(4, silent);
    for rank in [0, 2, 3] {
        assert_eq!(errors[rank], "rank 1 has ended");
    }
}

#[test]
fn an_error_of_all_ranks_stays_what_it_is() {
    let data = part::<f32>(0, 95);
    let fit = |rank: LocalExchange<f32>| {
        let trainer = Trainer::new(Sgd::new(0.01)).epochs(0).shards(2);
        trainer.exchange(rank).fit(&mut classifier(), &data)
    };
    assert_eq!(errors(2, fit), vec!["epochs must be at least 1, got 0"; 2]);
}

/// An example with a loss that no number holds is in the last shard of the first batch.
#[test]
fn a_loss_out_of_range_names_its_rank() {
    let values = Mat::from_fn(1, 8, |_, j| if j == 7 { 1e30_f32 } else { 1.0 });
    let data = Dataset::regression(Mat::from_fn(2, 8, |i, j| (i + j) as f32), values).unwrap();
    let fit = |trainer: Trainer<'_, f32>| {
        let mut model = Mlp::regressor(2, 1).hidden([4]).build().unwrap();
        trainer.epochs(1).batch_size(8).shards(4).fit(&mut model, &data).unwrap_err()
    };
    let trainer = || Trainer::new(Sgd::new(0.01));
    let alone = fit(trainer()).to_string();
    for error in on_ranks(4, |rank| fit(trainer().exchange(rank))) {
        let ModelError::Diverged { rank: Some(rank), .. } = error else { panic!("{error}") };
        let last = format!("; rank {rank} has the first losses out of range");
        assert_eq!(error.to_string(), alone.clone() + &last);
    }
}

#[test]
fn what_one_rank_decides_all_do() {
    let data = part::<f32>(0, 95);
    let trainer = || Trainer::new(Sgd::new(0.001)).epochs(5).batch_size(10).shards(2);
    let flags = [AtomicBool::new(false), AtomicBool::new(true)];
    let stopped = on_ranks(2, |rank| {
        let trainer = trainer().stop_flag(&flags[rank.rank()]);
        trainer.exchange(rank).fit(&mut classifier(), &data).unwrap()
    });
    assert_eq!(stopped[0], stopped[1]);
    assert_eq!((stopped[0].stop, stopped[0].epochs.len()), (Stop::Interrupted, 1));
    let broken = on_ranks(2, |rank| {
        let own = rank.rank();
        let trainer = trainer().on_epoch(move |epoch, _| match own == 0 && epoch.epoch == 3 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        });
        trainer.exchange(rank).fit(&mut classifier(), &data).unwrap()
    });
    assert_eq!(broken[0], broken[1]);
    assert_eq!((broken[0].stop, broken[0].epochs.len()), (Stop::Callback, 3));
    // Between two steps: known to all after the next one.
    let positions = on_ranks(2, |rank| {
        let (own, mut model) = (rank.rank(), classifier());
        let mut training = trainer().exchange(rank).start(&mut model, &data).unwrap();
        while training.step().unwrap().is_some() {
            let wanted = own == 1 && training.position() >= (1, 4);
            if training.is_any(wanted) {
                break;
            }
        }
        let position = training.position();
        (position, training.interrupt().unwrap())
    });
    assert_eq!(positions[0], positions[1]);
    assert_eq!(positions[0].0, (1, 5));
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let data = part::<f32>(0, 95);
    for shards in [0, 3, 2048] {
        let trainer = Trainer::new(Sgd::new(0.01)).shards(shards);
        let error = trainer.fit(&mut classifier(), &data).unwrap_err().to_string();
        assert_eq!(error, format!("the shards must be a power of two, at most 1024, got {shards}"));
    }
    for (ranks, shards) in [(4, 2), (3, 4)] {
        let results = on_ranks(ranks, |rank| {
            let trainer = Trainer::new(Sgd::new(0.01)).shards(shards);
            trainer.exchange(rank).fit(&mut classifier(), &data)
        });
        for result in results {
            let Err(ModelError::Exchange(error)) = result else { panic!("{result:?}") };
            assert_eq!(error, ExchangeError::Ranks { ranks, shards });
        }
    }
}
