//! What shuffling a column does to predictions, and how bad each prediction is.

use densely_data::Dataset;
use densely_layers::{Linear, Sequential};
use densely_loss::{MeanSquaredError, SoftmaxCrossEntropy};
use densely_models::{
    Mlp, Model, ModelError, PermutationImportance, Prediction, Predictor, Preparation,
};
use densely_preprocess::Transform;
use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns};
use densely_tensor::{Key, Mat, Purpose, Stream, Threads, mat};

/// Scores `w · x` of features as they are.
fn linear(weights: Mat<f64>, preparation: Preparation) -> Predictor<f64> {
    let bias = Mat::zeros(weights.nrows(), 1);
    let network = Sequential::new(weights.ncols()).unwrap();
    let network = network.with(Linear::from_parts(weights, bias).unwrap()).unwrap();
    Predictor::new(preparation, Model::new(network, MeanSquaredError)).unwrap()
}

fn numbers() -> Dataset<f64> {
    let x = Mat::from_fn(3, 40, |i, j| ((5 * i + 7 * j + i * j * j) % 23) as f64 / 3.0);
    let y = Mat::from_fn(1, 40, |_, j| 2.0 * x[(0, j)] - x[(1, j)] + (j % 3) as f64);
    Dataset::regression(x, y).unwrap()
}

/// Of `s = w · x` that is right, the mean over all permutations is `2 w² σ²`, of targets in units of
/// their standard deviation.
#[test]
fn of_a_linear_model_it_is_twice_the_variance_that_the_column_brings() {
    let x = Mat::from_fn(3, 50, |i, j| ((3 * i + 11 * j + i * j) % 17) as f64);
    let y = Mat::from_fn(1, 50, |_, j| 2.0 * x[(0, j)] - 0.5 * x[(1, j)]);
    let data = Dataset::regression(x, y).unwrap();
    let preparation = Preparation::fit(["center"], &data).unwrap();
    let scale = preparation.target_scale().unwrap().scale()[0];
    let predictor = linear(mat![[2.0 / scale, -0.5 / scale, 0.0]], preparation);
    let of = PermutationImportance::new().repeats(2000);
    let of = of.measure(&predictor, &data, &Threads::single()).unwrap();
    let variance = |i: usize| {
        let row: Vec<f64> = data.x().row(i).iter().copied().collect();
        let mean = row.iter().sum::<f64>() / 50.0;
        row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 50.0
    };
    for (i, weight) in [(0, 2.0), (1, -0.5)] {
        let expected = 2.0 * f64::powi(weight / scale, 2) * variance(i);
        let error = (of[i].loss_rise - expected).abs();
        assert!(error < 5.0 * of[i].deviation / 2000_f64.sqrt(), "{i}: {of:?}, {expected}");
        assert!(error < 0.02 * expected, "{i}: {of:?}, {expected}");
        // R² is 1 − L for standardised targets.
        assert!((of[i].score_drop - of[i].loss_rise).abs() < 1e-9, "{of:?}");
    }
    assert_eq!((of[2].loss_rise, of[2].score_drop, of[2].deviation), (0.0, 0.0, 0.0));
    assert_eq!(of[1].column, data.feature_names()[1]);
}

/// As by shuffling the data themselves, whether features go through by themselves or not.
#[test]
fn it_is_what_evaluation_says_of_shuffled_data() {
    let (data, threads) = (numbers(), Threads::single());
    for methods in [&["standardize"][..], &["standardize", "pca(2)"], &["whiten"]] {
        let preparation = Preparation::fit(methods.iter().copied(), &data).unwrap();
        let inputs = preparation.pipeline().out_features();
        let network = Mlp::regressor(inputs, 1).hidden([5]).seed(3);
        let predictor = Predictor::<f64>::new(preparation, network).unwrap();
        let of = PermutationImportance::new().repeats(3).seed(9);
        let of = of.measure(&predictor, &data, &threads).unwrap();
        let before = predictor.evaluate(&data, &threads).unwrap();
        for (column, of) in of.iter().enumerate() {
            let (mut rise, mut drop) = (0.0, 0.0);
            for epoch in 0..3 {
                let key = Key { epoch, layer: 1, column: column as u64, ..Key::default() };
                let mut order: Vec<usize> = (0..40).collect();
                Stream::new(9, Purpose::Shuffle, key).shuffle(&mut order);
                let x = Mat::from_fn(3, 40, |i, j| {
                    data.x()[(i, if i == column { order[j] } else { j })]
                });
                let shuffled = Dataset::regression(x, data.values().unwrap().to_owned()).unwrap();
                let after = predictor.evaluate(&shuffled, &threads).unwrap();
                rise += (after.loss() - before.loss()) / 3.0;
                drop += (before.score() - after.score()) / 3.0;
            }
            let error = (of.loss_rise - rise).abs() + (of.score_drop - drop).abs();
            assert!(error < 1e-11, "{methods:?} {column}: {of:?}, {rise}, {drop}");
        }
    }
}

/// Of a category, one value is 1 also when it is shuffled: what adds up all of its features does
/// not look at it.
#[test]
fn features_of_a_category_move_together() {
    let rows = (0..30).map(|i| format!("{},{},{}\n", ["a", "b", "c"][i % 3], i * 7 % 11, i % 5));
    let text = "kind,size,y\n".to_owned() + &rows.collect::<String>();
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let rows = Rows::all(&table);
    let schema = Schema::infer(&rows, &SchemaOptions::new().target("y")).unwrap();
    let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new().rare(2)).unwrap();
    let target =
        TargetColumns::infer(&table, &["y"], Some(densely_data::Task::Regression)).unwrap();
    let data = encoding.dataset(&rows, &target).unwrap();
    assert_eq!(data.features(), 4, "{:?}", data.feature_names());
    let preparation = Preparation::fit(["none"], &data).unwrap().with_encoding(encoding).unwrap();
    let predictor = linear(mat![[1.0, 1.0, 1.0, 0.3]], preparation);
    let of = PermutationImportance::new().measure(&predictor, &data, &Threads::single()).unwrap();
    let columns: Vec<&str> = of.iter().map(|of| of.column.as_str()).collect();
    assert_eq!(columns, ["kind", "size"]);
    assert_eq!(of[0].loss_rise, 0.0, "{of:?}");
    assert!(of[1].deviation > 0.0, "{of:?}");
}

#[test]
fn it_is_the_same_at_any_number_of_threads_and_another_with_another_seed() {
    let data = numbers();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let network = Mlp::regressor(3, 1).hidden([5]).seed(3);
    let predictor = Predictor::<f32>::new(preparation, network).unwrap();
    let measure = |seed, threads: &Threads| {
        PermutationImportance::new().seed(seed).measure(&predictor, &data, threads).unwrap()
    };
    let one = measure(0, &Threads::single());
    assert_eq!(one, measure(0, &Threads::new(3).unwrap()));
    assert_ne!(one, measure(1, &Threads::single()));
    let none = PermutationImportance::new().repeats(0);
    let error = none.measure(&predictor, &data, &Threads::single()).unwrap_err();
    assert!(matches!(error, ModelError::Option { .. }), "{error}");
}

/// The loss of each example is `−ln p` of its class, whatever it weighs, and their mean is that of
/// the evaluation.
#[test]
fn losses_of_examples() {
    let x = Mat::from_fn(2, 20, |i, j| ((3 * i + 7 * j + i * j) % 11) as f64);
    let data = Dataset::classification(x, (0..20).map(|j| j % 3).collect(), 3).unwrap();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let prepared = preparation.dataset::<f64>(&data).unwrap();
    let network = Mlp::classifier(2, 3)
        .hidden([4])
        .loss(densely_loss::Loss::<f64>::kind(&SoftmaxCrossEntropy::new()));
    let predictor = Predictor::<f64>::new(preparation, network).unwrap();
    let threads = Threads::single();
    let losses = predictor.losses_prepared(&prepared, &threads).unwrap();
    let scores = predictor.classification_scores_prepared(&prepared, &threads).unwrap();
    assert_eq!(scores, predictor.classification_scores(&data, &threads).unwrap());
    let probabilities = predictor.probabilities(data.x(), &threads).unwrap().unwrap();
    let Prediction::Classes(predicted) = predictor.predict(data.x(), &threads).unwrap() else {
        panic!("these are values")
    };
    assert_eq!(scores.predicted(), predicted);
    for (j, loss) in losses.iter().enumerate() {
        let p = scores.probability(j % 3, j).unwrap();
        assert!((p - probabilities[(j % 3, j)]).abs() < 1e-14);
        assert!((loss + p.ln()).abs() < 1e-12);
    }
    assert_eq!((scores.probability(3, 0), scores.probability(0, 20)), (None, None));
    let mean = losses.iter().sum::<f64>() / 20.0;
    let evaluation = predictor.evaluate(&data, &threads).unwrap();
    assert!((mean - evaluation.loss()).abs() < 1e-12);
    let weighed = prepared.with_weights(vec![0.5; 20]).unwrap();
    assert_eq!(losses, predictor.losses_prepared(&weighed, &threads).unwrap());
}
