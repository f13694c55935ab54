//! A training that was stored and goes on ends with the bits of one that was never interrupted.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use densely_data::{Dataset, digits};
use densely_layers::{Layer, Parameters};
use densely_models::{Checkpoint, History, Mlp, Model, ModelError, Stop, Trainer, Training};
use densely_optim::{
    Adam, CosineDecay, OptimError, Optimizer, OptimizerKinds, Plateau, Schedule, Sgd,
};
use densely_tensor::{Mat, Scalar, Threads};

/// Ten mini-batches of ten, of which the last has five.
const EPOCHS: usize = 5;
const STEPS: usize = 10 * EPOCHS;

fn part<T: Scalar>(first: usize, len: usize) -> Dataset<T> {
    digits().subset(&(first..first + len).collect::<Vec<_>>()).unwrap().cast().unwrap()
}

fn data<T: Scalar>() -> [Dataset<T>; 2] {
    [part(0, 95), part(95, 40)]
}

/// Units that die, units that saturate, and random draws.
fn model<T: Scalar>() -> Model<T> {
    let mlp = Mlp::classifier(64, 10).hidden([12, 8]).activations(["relu", "tanh"]);
    mlp.dropout(0.2).input_noise(0.5).build().unwrap()
}

/// Every second epoch counts as one that stands still, so that the plateau has a part in what follows.
fn trainer<'a, T: Scalar>(kind: &str, validation: &'a Dataset<T>) -> Trainer<'a, T> {
    Trainer::new(OptimizerKinds::new().get(kind).unwrap())
        .epochs(EPOCHS)
        .batch_size(10)
        .validation_data(validation)
        .patience(3)
        .plateau(Plateau::new(0.5, 2).threshold(0.9))
        .schedule(CosineDecay::new().warm_up(1.5))
        .seed(5)
}

/// All that came of a training: `NaN` is `NaN` in it.
fn outcome<T: Scalar>(history: &History, model: &Model<T>) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    model.network().visit_params(&mut |param| {
        for column in param.value.col_iter() {
            column.iter().for_each(|value| bytes.extend(value.to_le_bytes().as_ref()));
        }
    });
    (format!("{history:?} {:?}", history.diagnosis()), bytes)
}

/// The checkpoints of a training before its first step and after each, and what came of it.
fn course<T: Scalar>(
    trainer: Trainer<'_, T>,
    mut model: Model<T>,
    data: &Dataset<T>,
) -> (Vec<Checkpoint<T>>, (String, Vec<u8>)) {
    let mut training = trainer.start(&mut model, data).unwrap();
    let mut checkpoints = vec![training.checkpoint().unwrap()];
    while training.step().unwrap().is_some() {
        checkpoints.push(training.checkpoint().unwrap());
    }
    let history = training.finish().unwrap();
    (checkpoints, outcome(&history, &model))
}

/// Interrupts at every step, and goes on with other numbers of threads.
fn goes_on<'a, T: Scalar>(
    name: &str,
    trainer: impl Fn() -> Trainer<'a, T>,
    model: impl Fn() -> Model<T>,
    data: &Dataset<T>,
) -> usize {
    let pools = [1, 2, 3].map(|count| Threads::new(count).unwrap());
    let (checkpoints, expected) = course(trainer().threads(pools[1].clone()), model(), data);
    let mut fitted = model();
    let history = trainer().fit(&mut fitted, data).unwrap();
    assert_eq!(outcome(&history, &fitted), expected, "{name}: the loop is that of `fit`");
    for (step, checkpoint) in checkpoints.iter().enumerate() {
        let trainer = trainer().threads(pools[step % 3].clone());
        let mut other = model();
        let mut training = trainer.resume(&mut other, data, checkpoint.clone()).unwrap();
        assert_eq!(training.checkpoint().unwrap(), *checkpoint, "{name} after step {step}");
        if let Some(next) = checkpoints.get(step + 1) {
            training.step().unwrap();
            assert_eq!(training.checkpoint().unwrap(), *next, "{name} a step after {step}");
        }
        let history = training.finish().unwrap();
        assert_eq!(outcome(&history, &other), expected, "{name} after step {step}");
    }
    checkpoints.len() - 1
}

#[test]
fn with_every_optimiser_at_every_step() {
    let known = OptimizerKinds::<f32>::new();
    let mut kinds: Vec<_> =
        known.names().into_iter().filter(|&name| known.get(name).is_ok()).collect();
    assert!(kinds.len() >= 7, "{kinds:?}");
    kinds.push("max-norm(1, clip-norm(0.5, rmsprop(centered, momentum=0.5)))");
    let [train, validation] = data::<f32>();
    for kind in kinds {
        let steps = goes_on(kind, || trainer(kind, &validation), model, &train);
        assert_eq!(steps, STEPS, "{kind}");
    }
}

#[test]
fn in_double_precision_and_without_what_may_be_left_out() {
    let [train, validation] = data::<f64>();
    goes_on("f64", || trainer("adam", &validation), model, &train);
    let plain =
        || Trainer::new(Sgd::new(0.01).momentum(0.9)).epochs(2).batch_size(30).monitor(false);
    assert_eq!(goes_on("plain", plain, model, &train), 8);
    let split = || plain().validation(0.3).patience(1).monitor(true);
    goes_on("a part for validation", split, model, &train);
    let values = Mat::from_fn(2, 95, |i, j| ((i + 2) * j % 7) as f64);
    let numbers = Dataset::regression(train.x().to_owned(), values)
        .and_then(|data| data.with_weights(vec![0.5; 95]))
        .unwrap();
    let of_numbers = || Mlp::regressor(64, 2).hidden([5]).activation("prelu").build().unwrap();
    goes_on("numbers", split, of_numbers, &numbers);
}

/// The patience ends it, and what is stored after the end has ended.
#[test]
fn a_training_that_stops_early() {
    let [train, validation] = data::<f32>();
    let trainer = || trainer("sgd(0.5)", &validation).epochs(50).patience(2);
    let steps = goes_on("patience", trainer, model, &train);
    assert!(steps < 500, "{steps}");
    let mut model = model();
    let mut training = trainer().start(&mut model, &train).unwrap();
    while training.step().unwrap().is_some() {}
    assert_eq!(training.stop(), Some(Stop::Patience));
    let checkpoint = training.checkpoint().unwrap();
    let mut other = self::model();
    let mut training = trainer().resume(&mut other, &train, checkpoint).unwrap();
    assert_eq!((training.step().unwrap(), training.stop()), (None, Some(Stop::Patience)));
}

/// So large that two threads share the steps.
#[test]
fn a_network_that_several_threads_train() {
    let (train, validation) = (part::<f32>(0, 700), part(700, 50));
    let model = || Mlp::classifier(64, 10).hidden([200]).dropout(0.3).build().unwrap();
    let trainer = || trainer("adamw", &validation).batch_size(256).epochs(2);
    assert_eq!(goes_on("large", trainer, model, &train), 6);
}

type Numbers = BTreeMap<String, Vec<f64>>;

fn make_steps(training: &mut Training<'_, f32>, steps: usize) {
    for _ in 0..steps {
        training.step().unwrap();
    }
}

fn stored(steps: usize) -> Checkpoint<f32> {
    let ([train, validation], mut model) = (data(), model());
    let mut training = trainer("adam", &validation).start(&mut model, &train).unwrap();
    make_steps(&mut training, steps);
    training.checkpoint().unwrap()
}

/// What is said of a training that is another than the one that was stored.
fn differences<'a>(
    change: impl FnOnce(Trainer<'a, f32>) -> Trainer<'a, f32>,
    validation: &'a Dataset<f32>,
    train: &'a Dataset<f32>,
    mut model: Model<f32>,
) -> Vec<String> {
    let before = outcome_of(&model);
    let resumed =
        change(trainer("adam", validation)).resume(&mut model, train, stored(15)).map(drop);
    let differences = match resumed {
        Ok(()) => return Vec::new(),
        Err(ModelError::Resume { differences }) => differences,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(outcome_of(&model), before, "the model is as it was");
    differences.iter().map(ToString::to_string).collect()
}

fn outcome_of(model: &Model<f32>) -> Vec<String> {
    let mut values = Vec::new();
    model.network().visit_params(&mut |param| values.push(format!("{:?}", param.value)));
    values
}

#[test]
fn what_differs_is_said() {
    let [train, validation] = data();
    let says = |change: fn(Trainer<'static, f32>) -> Trainer<'static, f32>, expected: &[&str]| {
        // Leaked, so that one type of function serves for all changes.
        let [train, validation] =
            [&train, &validation].map(|data| &*Box::leak(Box::new(data.clone())));
        assert_eq!(differences(change, validation, train, model()), expected);
    };
    says(|trainer| trainer, &[]);
    says(|trainer| trainer.threads(Threads::new(2).unwrap()), &[]);
    says(|trainer| trainer.on_epoch(|_, _| ControlFlow::Break(())), &[]);
    says(|trainer| trainer.epochs(6), &["epochs was 5, and is 6"]);
    says(|trainer| trainer.batch_size(11), &["batch size was 10, and is 11"]);
    says(|trainer| trainer.seed(6), &["seed was 5, and is 6"]);
    says(|trainer| trainer.patience(4), &["patience was 3, and is 4"]);
    says(|trainer| trainer.monitor(false), &["monitor was true, and is false"]);
    says(
        |trainer| trainer.plateau(Plateau::new(0.5, 2)),
        &["plateau was plateau(2, threshold=0.9), and is plateau(2)"],
    );
    says(
        |trainer| trainer.schedule(CosineDecay::new()).seed(7),
        &["schedule was warm-up(1.5, cosine), and is cosine", "seed was 5, and is 7"],
    );
    let other = differences(|trainer| trainer, &train, &validation, model());
    assert_eq!(other.len(), 2, "{other:?}");
    assert!(other[0].starts_with("training data was 95 examples of 64 features, "), "{other:?}");
    assert!(other[0].contains(", and is 40 examples of 64 features, "), "{other:?}");
    assert!(other[1].starts_with("validation data was 40 examples of 64 features, "), "{other:?}");
    let adam = || Trainer::new(Adam::new(0.01)).epochs(EPOCHS).batch_size(10).seed(5);
    let adam = differences(|_| adam(), &validation, &train, model());
    let expected = [
        "optimizer was adam, and is adam(0.01, weight-decay=0)",
        "patience was 3, and is left out",
        "plateau was plateau(2, threshold=0.9), and is left out",
        "schedule was warm-up(1.5, cosine), and is left out",
    ];
    assert_eq!(adam[..4], expected);
    assert!(adam[4].starts_with("validation data was ") && adam[4].ends_with(", and is left out"));
    let narrow = Mlp::classifier(64, 10).hidden([3]).loss("svm").build().unwrap();
    let other = differences(|trainer| trainer, &validation, &train, narrow);
    assert_eq!(other[0], "loss was softmax, and is svm");
    assert!(other[1].ends_with("and is 64 -> linear(3), relu, linear(10)"), "{other:?}");
}

fn changed<'a>(
    trainer: Trainer<'a, f32>,
    model: &'a mut Model<f32>,
    data: &'a Dataset<f32>,
    steps: usize,
) -> Training<'a, f32> {
    trainer.resume_changed(model, data, stored(steps)).unwrap().0
}

#[test]
fn a_training_goes_on_with_changes_if_it_is_told_to() {
    let ([train, validation], mut model) = (data(), model());
    let known = || trainer("adam(0.0001)", &validation);
    let (training, differences) =
        known().epochs(7).resume_changed(&mut model, &train, stored(15)).unwrap();
    assert_eq!(training.position(), (2, 5));
    let named: Vec<_> = differences.iter().map(|difference| difference.what.as_str()).collect();
    assert_eq!(named, ["epochs", "optimizer"]);
    assert_eq!(training.finish().unwrap().epochs.len(), 7);
    // It had ended, and has more epochs now.
    let more = changed(known().epochs(6), &mut model, &train, STEPS);
    assert_eq!((more.position(), more.stop()), ((6, 0), None));
    drop(more);
    // Other batches than those that had been gone through: the epoch begins anew.
    let batches = changed(known().batch_size(20), &mut model, &train, 15);
    assert_eq!((batches.position(), batches.steps_per_epoch()), ((2, 0), 5));
    assert_eq!(batches.finish().unwrap().epochs.len(), EPOCHS);
    let fewer = changed(known(), &mut model, &validation, 15);
    assert_eq!((fewer.position(), fewer.steps_per_epoch()), ((2, 0), 4));
    drop(fewer);
    // Nothing is validated any more, so no earlier epoch is the best.
    let blind = || Trainer::new(Adam::new(0.001)).epochs(EPOCHS).batch_size(10).seed(5);
    let history = changed(blind(), &mut model, &train, 30).finish().unwrap();
    assert_eq!((history.kept_epoch, history.epochs.len()), (EPOCHS, EPOCHS));
    let unwatched = changed(known().monitor(false), &mut model, &train, 15).finish().unwrap();
    assert!(unwatched.layers.is_empty());
    let mut training = known().monitor(false).start(&mut model, &train).unwrap();
    make_steps(&mut training, 15);
    let checkpoint = training.checkpoint().unwrap();
    drop(training);
    let (training, _) = known().resume_changed(&mut model, &train, checkpoint).unwrap();
    let watched = training.finish().unwrap();
    assert_eq!((watched.layers_in(2).count(), watched.layers[0].epoch), (0, 3));
}

/// Whoever ended it may think better of it.
#[test]
fn what_a_callback_ended_goes_on_with_the_next_epoch() {
    let ([train, validation], mut model) = (data::<f32>(), model());
    let ending = trainer("adam", &validation).on_epoch(|epoch, _| match epoch.epoch {
        2 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let mut training = ending.start(&mut model, &train).unwrap();
    while training.step().unwrap().is_some() {}
    assert_eq!((training.stop(), training.position()), (Some(Stop::Callback), (3, 0)));
    let checkpoint = training.checkpoint().unwrap();
    drop(training);
    let mut other = self::model();
    let resumed = trainer("adam", &validation).resume(&mut other, &train, checkpoint).unwrap();
    let (history, mut through) = (resumed.finish().unwrap(), self::model());
    assert_eq!(trainer("adam", &validation).fit(&mut through, &train).unwrap(), history);
    assert_eq!(outcome_of(&other), outcome_of(&through));
}

#[test]
fn changes_that_the_state_has_no_place_for_are_refused() {
    let [train, validation] = data();
    let refused = |kind: &str, mut model: Model<f32>| {
        let before = outcome_of(&model);
        let trainer = trainer(kind, &validation);
        let error = trainer.resume_changed(&mut model, &train, stored(15)).unwrap_err().to_string();
        assert_eq!(outcome_of(&model), before, "the model is as it was");
        error
    };
    let narrow = Mlp::classifier(64, 10).hidden([3]).input_noise(0.5).build().unwrap();
    let fits = |error: String, what: &str| {
        assert_eq!(error, format!("the checkpoint does not fit: {what}"));
    };
    fits(refused("adam", narrow), "`1.weight` has not the shape of its parameter");
    let deep = Mlp::classifier(64, 10).hidden([12, 8, 8]).activations(["relu", "tanh", "tanh"]);
    let deep = deep.dropout(0.2).input_noise(0.5).build().unwrap();
    assert!(refused("adam", deep).contains("has not the shape of its parameter"));
    let state = refused("sgd", model());
    assert!(state.starts_with("the state of the optimiser: `m."), "{state}");
    assert!(refused("nadam", model()).ends_with("`product` is missing"));
}

/// Whatever is in a checkpoint, there is an error or a training, and no panic.
#[test]
fn a_checkpoint_that_nobody_made_is_refused_or_goes_on() {
    let [train, validation] = data();
    let honest = stored(STEPS - 3);
    let resume = |checkpoint: Checkpoint<f32>| {
        let mut model = model();
        let resumed = trainer("adam", &validation).resume(&mut model, &train, checkpoint);
        resumed.map(|training| drop(training.finish()))
    };
    let with = |change: &dyn Fn(&mut Numbers)| {
        let mut numbers = honest.numbers().clone();
        change(&mut numbers);
        let (matrices, options) = (honest.matrices().clone(), honest.options().clone());
        resume(Checkpoint::from_parts(matrices, numbers, options))
    };
    assert!(with(&|_| {}).is_ok());
    let mut refused = 0;
    for (name, values) in honest.numbers() {
        // The error says which of them it is, by the name that it has where it comes from.
        let own = name.rsplit('.').next().unwrap();
        let refused_as_stored = |error: ModelError, what: &str| {
            assert!(error.to_string().contains(own), "{name} {what}: {error}");
        };
        match with(&|numbers| drop(numbers.remove(name))) {
            Err(error) => refused_as_stored(error, "is missing"),
            Ok(()) => assert_eq!(name, "monitor"),
        }
        let short = with(&|numbers| numbers.get_mut(name).unwrap().truncate(values.len() - 1));
        refused_as_stored(short.unwrap_err(), "is short");
        let long = with(&|numbers| numbers.get_mut(name).unwrap().push(0.0));
        refused_as_stored(long.unwrap_err(), "is long");
        let stride = values.len().div_ceil(60);
        for index in (0..values.len()).step_by(stride) {
            for value in [-1.0, 0.0, 0.5, 7.0, 1e15, 1e300, f64::NAN, f64::INFINITY] {
                let other = |numbers: &mut Numbers| {
                    numbers.get_mut(name).unwrap()[index] = value;
                };
                refused += usize::from(with(&other).is_err());
            }
        }
    }
    assert!(refused > 100, "{refused}");
    for name in honest.matrices().keys() {
        for shape in [None, Some((0, 0)), Some((1, 1)), Some((7, 3))] {
            let mut matrices = honest.matrices().clone();
            matrices.remove(name);
            if let Some((rows, columns)) = shape {
                matrices.insert(name.clone(), Mat::zeros(rows, columns));
            }
            let (numbers, options) = (honest.numbers().clone(), honest.options().clone());
            let resumed = resume(Checkpoint::from_parts(matrices, numbers, options));
            let (error, own) = (resumed.unwrap_err().to_string(), name.rsplit('.').next().unwrap());
            assert!(error.contains(own), "{name} {shape:?}: {error}");
        }
    }
    let mut matrices = honest.matrices().clone();
    matrices.insert("9.weight".to_owned(), Mat::zeros(1, 1));
    let (numbers, options) = (honest.numbers().clone(), honest.options().clone());
    let more = resume(Checkpoint::from_parts(matrices, numbers, options)).unwrap_err();
    let expected = "the checkpoint does not fit: `9.weight` is of another training";
    assert_eq!(more.to_string(), expected);
}

/// A loop of one's own is that of `fit`, and may be left after any step.
#[test]
fn a_training_is_stepped_looked_at_and_ended() {
    let ([train, validation], mut first, mut model) = (data::<f32>(), model(), model());
    let ended = AtomicBool::new(true);
    let flagged = trainer("adam", &validation).stop_flag(&ended).fit(&mut first, &train).unwrap();
    let training = trainer("adam", &validation).start(&mut model, &train).unwrap();
    assert_eq!((training.position(), training.steps_per_epoch()), ((1, 0), 10));
    assert_eq!(training.interrupt().unwrap(), flagged);
    assert_eq!(flagged.stop, Stop::Interrupted);

    let mut training = trainer("adam", &validation).start(&mut model, &train).unwrap();
    for step in 1..=13 {
        assert!(training.step().unwrap().is_some());
        assert_eq!(training.position(), (1 + step / 10, step % 10));
        assert_eq!(training.epochs().len(), step / 10);
    }
    let score = training.model().evaluate(&validation).unwrap().score();
    assert!((0.0..=1.0).contains(&score));
    let history = training.interrupt().unwrap();
    assert_eq!((history.epochs.len(), history.stop), (2, Stop::Interrupted));

    let mut training = trainer("adam", &validation).start(&mut model, &train).unwrap();
    make_steps(&mut training, 10);
    let history = training.interrupt().unwrap();
    assert_eq!((history.epochs.len(), history.stop), (1, Stop::Interrupted));
}

#[test]
fn a_callback_is_told_of_the_epochs_that_follow() {
    let ([train, validation], mut model) = (data(), model());
    let mut told = Vec::new();
    let trainer = trainer("adam", &validation).on_epoch(|epoch, _| {
        told.push(epoch.epoch);
        ControlFlow::Continue(())
    });
    trainer.resume(&mut model, &train, stored(23)).unwrap().finish().unwrap();
    assert_eq!(told, [3, 4, 5]);
}

#[test]
fn a_training_that_failed_says_so_and_another_goes_on_from_before() {
    let [train, validation] = data::<f32>();
    let mut model = Mlp::classifier(64, 10).hidden([12]).build().unwrap();
    let sgd = |rate: f64| {
        Trainer::new(Sgd::new(rate)).epochs(4).batch_size(10).validation_data(&validation)
    };
    let mut training = sgd(1e30).start(&mut model, &train).unwrap();
    let before = training.checkpoint().unwrap();
    let error = loop {
        match training.step() {
            Ok(loss) => assert!(loss.is_some(), "it diverges"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ModelError::Diverged { .. }), "{error}");
    assert!(matches!(training.step(), Err(ModelError::Failed)));
    assert!(matches!(training.checkpoint(), Err(ModelError::Failed)));
    assert_eq!(training.stop(), None);
    assert!(matches!(training.finish(), Err(ModelError::Failed)));
    let (training, differences) = sgd(0.01).resume_changed(&mut model, &train, before).unwrap();
    assert_eq!(differences.len(), 1);
    assert_eq!(training.finish().unwrap().epochs.len(), 4);
}

/// Has room for something of each parameter, and does not say so.
#[derive(Debug)]
struct Silent {
    _means: Vec<Mat<f32>>,
}

impl Optimizer<f32> for Silent {
    fn step(
        &mut self,
        _parameters: &mut dyn Parameters<f32>,
        _threads: &Threads,
    ) -> Result<(), OptimError> {
        Ok(())
    }
    fn learning_rate(&self) -> f64 {
        0.1
    }
    fn set_learning_rate(&mut self, _learning_rate: f64) {}
}

#[test]
fn an_optimiser_that_may_remember_and_does_not_say_what_is_not_stored() {
    let ([train, _], mut model) = (data(), model());
    let training = Trainer::new(Silent { _means: Vec::new() }).start(&mut model, &train).unwrap();
    let error = training.checkpoint().unwrap_err();
    assert!(matches!(error, ModelError::Optim(OptimError::StateUnknown { .. })), "{error}");
}
