//! Trainings and evaluations of examples on the disk.

use densely_data::{Dataset, StoredDataset, StoredDatasetWriter, Target, digits};
use densely_layers::Layer;
use densely_models::metrics::{Baseline, RegressionScores};
use densely_models::{
    Checkpoint, Evaluation, Examples, History, Mlp, Model, ModelError, Predictor, Preparation,
    Trainer,
};
use densely_optim::Sgd;
use densely_tensor::{Mat, Scalar, Threads};

fn stored<T: Scalar>(data: &Dataset<T>, block: usize) -> StoredDataset<T> {
    let writer = StoredDatasetWriter::new(std::env::temp_dir()).unwrap();
    let mut writer = writer.block_size(block);
    writer.push(data).unwrap();
    writer.finish().unwrap()
}

fn model<T: Scalar>() -> Model<T> {
    Mlp::classifier(64, 10).hidden([20]).dropout(0.1).build().unwrap()
}

fn weights<T: Scalar>(model: &Model<T>) -> Vec<Mat<T>> {
    let mut weights = Vec::new();
    model.network().visit_params(&mut |param| weights.push(param.value.clone()));
    weights
}

fn parts() -> (Dataset<f32>, Dataset<f32>) {
    let (train, validation) = digits().split(0.2, 7).unwrap();
    let preparation = Preparation::fit(["standardize"], &train).unwrap();
    (preparation.dataset(&train).unwrap(), preparation.dataset(&validation).unwrap())
}

fn trainer<'a, T: Scalar>(
    validation: impl Into<Examples<'a, T>>,
    threads: usize,
) -> Trainer<'a, T> {
    Trainer::new(Sgd::new(0.05).momentum(0.9))
        .epochs(4)
        .batch_size(50)
        .seed(3)
        .patience(3)
        .validation_data(validation)
        .threads(Threads::new(threads).unwrap())
}

/// What is learnt in some epochs, and its history.
fn trained(threads: usize, block: usize) -> (Vec<Mat<f32>>, History) {
    let (train, validation) = parts();
    let (train, validation) = (stored(&train, block), stored(&validation, block));
    let mut model = model();
    let history = trainer(&validation, threads).fit(&mut model, &train).unwrap();
    (weights(&model), history)
}

#[test]
fn threads_change_no_bit_and_blocks_do() {
    let (weights, history) = trained(1, 16);
    for threads in [2, 5] {
        let (others, other_history) = trained(threads, 16);
        assert!(others == weights && other_history == history, "{threads} threads");
    }
    assert!(trained(1, 17).0 != weights);
    let accuracy = history.kept().validation.map(|validation| validation.score());
    assert!(accuracy > Some(0.93), "{accuracy:?}");
}

#[test]
fn it_goes_on_from_the_middle_of_an_epoch() {
    let (train, validation) = parts();
    let (train, validation) = (stored(&train, 16), stored(&validation, 16));
    let expected = trained(1, 16);
    let mut first = model();
    let mut training = trainer(&validation, 1).start(&mut first, &train).unwrap();
    (0..40).for_each(|_| assert!(training.step().unwrap().is_some()));
    assert_eq!(training.position(), (2, 11));
    let checkpoint = || training.checkpoint().unwrap();
    let resume = |train: &StoredDataset<f32>, checkpoint: Checkpoint<f32>| {
        let mut model = model();
        let history =
            trainer(&validation, 2).resume(&mut model, train, checkpoint).and_then(|t| t.finish());
        history.map(|history| (weights(&model), history))
    };
    assert!(resume(&train, checkpoint()).unwrap() == expected);
    let other = resume(&stored(&parts().0, 8), checkpoint());
    assert!(matches!(other, Err(ModelError::Resume { .. })), "{other:?}");
}

/// With the whole data as one batch, their order is nothing but rounding.
#[test]
fn what_is_learnt_is_what_memory_teaches() {
    let (x, labels) = (digits().x().to_owned(), digits().labels().unwrap().to_vec());
    let counts: Vec<f64> = (0..labels.len()).map(|j| 1.0 + (j % 3) as f64).collect();
    let data = Dataset::classification(x, labels, 10).unwrap().with_weights(counts).unwrap();
    let learnt = |data: Examples<'_, f64>| {
        let mut model = Mlp::classifier(64, 10).hidden([8]).build().unwrap();
        let trainer = Trainer::new(Sgd::new(0.001)).epochs(5).batch_size(9999);
        trainer.fit(&mut model, data).unwrap();
        weights(&model)
    };
    let on_disk = stored(&data, 100);
    for (memory, disk) in learnt((&data).into()).iter().zip(learnt((&on_disk).into())) {
        for j in 0..memory.ncols() {
            for i in 0..memory.nrows() {
                let (expected, found) = (memory[(i, j)], disk[(i, j)]);
                assert!((expected - found).abs() < 1e-12, "{expected} {found}");
            }
        }
    }
}

fn assert_near(found: Evaluation, expected: Evaluation, tolerance: f64) {
    let numbers = |of| match of {
        Evaluation::Classification { loss, accuracy } => vec![loss, accuracy],
        Evaluation::Regression { loss, r2, rmse, mae } => vec![loss, r2, rmse, mae],
        _ => unreachable!("there are two"),
    };
    for (found, expected) in numbers(found).into_iter().zip(numbers(expected)) {
        let error = (found - expected).abs();
        assert!(error <= tolerance * expected.abs(), "{found} {expected}");
    }
}

#[test]
fn an_evaluation_is_that_of_memory() {
    let threads = Threads::single();
    let (_, data) = parts();
    let model = model::<f32>();
    for block in [1, 7, 100, 5000] {
        let found = model.evaluate_on(&stored(&data, block), &threads).unwrap();
        assert_near(found, model.evaluate(&data).unwrap(), 1e-6);
    }
    // Means of blocks that are far apart, and one output that hardly varies.
    let x = Mat::from_fn(2, 500, |i, j| ((i + 3 * j) % 17) as f64 - 8.0);
    let values = Mat::from_fn(2, 500, |i, j| match i {
        0 => 1e6 + (j as f64).powi(2),
        _ => 7.0 + f64::from(u8::from(j == 400)),
    });
    let raw = Dataset::regression(x, values).unwrap();
    let preparation = Preparation::fit(["standardize"], &raw).unwrap();
    let data = preparation.dataset::<f64>(&raw).unwrap();
    let predictor = Predictor::new(preparation, Mlp::regressor(2, 2).hidden([5])).unwrap();
    for block in [1, 9, 100, 500] {
        let stored = stored(&data, block);
        let found = predictor.model().evaluate_on(&stored, &threads).unwrap();
        assert_near(found, predictor.model().evaluate(&data).unwrap(), 1e-12);
        let (found, of_outputs) = predictor.judge_stored(&stored, &threads).unwrap();
        assert_near(found, predictor.evaluate(&raw, &threads).unwrap(), 1e-8);
        let found = predictor.baseline_stored(&stored, &stored).unwrap();
        let expected = Baseline::new(raw.target(), raw.target()).unwrap();
        let (Baseline::Mean(found), Baseline::Mean(expected)) = (&found, &expected) else {
            panic!("{found:?} {expected:?}")
        };
        let numbers = |of: &RegressionScores| [of.rmse(), of.mae()];
        for (found, expected) in numbers(found).into_iter().zip(numbers(expected)) {
            assert!((found - expected).abs() < 1e-8 * expected, "{found} {expected}");
        }
        let expected = predictor.regression_scores(&raw, &threads).unwrap();
        for (found, expected) in of_outputs.unwrap().outputs().zip(expected.outputs()) {
            assert!((found.rmse - expected.rmse).abs() < 1e-8 * expected.rmse, "{found:?}");
            assert!((found.r2 - expected.r2).abs() < 1e-8 * expected.r2.abs(), "{found:?}");
        }
    }
}

/// In what is said of a model, all examples count the same, wherever they are.
#[test]
fn an_evaluation_has_no_weights() {
    let raw = Dataset::regression(
        Mat::from_fn(2, 90, |i, j| ((i + 3 * j) % 17) as f64),
        Mat::from_fn(1, 90, |_, j| (j % 13) as f64),
    )
    .unwrap();
    let weights: Vec<f64> = (0..90).map(|j| f64::from(j % 4)).collect();
    let preparation = Preparation::fit(["standardize"], &raw).unwrap();
    let data = preparation.dataset::<f64>(&raw.with_weights(weights).unwrap()).unwrap();
    let predictor = Predictor::new(preparation, Mlp::regressor(2, 1).hidden([5])).unwrap();
    let threads = Threads::single();
    let target = Target::Values {
        values: Mat::from_fn(1, 90, |_, j| (j % 13) as f64),
        names: vec!["y0".into()],
    };
    let (expected, _) = predictor.judge_prepared(&data, &target, &threads).unwrap();
    for block in [7, 90] {
        let (found, _) = predictor.judge_stored(&stored(&data, block), &threads).unwrap();
        assert_near(found, expected, 1e-9);
    }
}

#[test]
fn a_baseline_is_that_of_memory() {
    let (train, data) = parts();
    let preparation = Preparation::fit(["standardize"], &digits()).unwrap();
    let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10)).unwrap();
    let found = predictor.baseline_stored(&stored(&train, 100), &stored(&data, 9)).unwrap();
    let target = |data: &Dataset<f32>| {
        let (labels, names) = (data.labels().unwrap().to_vec(), data.output_names().to_vec());
        Target::Classes { labels, names }
    };
    assert_eq!(found, Baseline::new(&target(&train), &target(&data)).unwrap());
}

#[test]
fn a_part_of_them_is_not_set_aside() {
    let (train, _) = parts();
    let (train, mut model) = (stored(&train, 50), model());
    let error = Trainer::default().fit(&mut model, &train).unwrap_err();
    assert!(matches!(error, ModelError::Option { option: "the validation", .. }), "{error}");
}
