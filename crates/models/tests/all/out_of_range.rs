//! Values that a model's numbers cannot hold are errors that name their place, never predictions.

use densely_data::{DataError, Dataset, Place, Task};
use densely_layers::{Kind, Role};
use densely_models::{Evaluation, Mlp, Model, ModelError, Predictor, Preparation};
use densely_table::{Encoding, Rows, Table, TargetColumns};
use densely_tensor::{Mat, Scalar, Threads, mat};

const TRAIN: &str = "width,height,kind\n1,10,a\n2,20,b\n3,30,a\n4,10,b\n";

fn table(text: &str) -> Table {
    Table::from_reader(text.as_bytes()).unwrap()
}

/// The examples of a table of numbers, of which the last column is the target.
fn examples(table: &Table, task: Option<Task>) -> Dataset<f64> {
    let names: Vec<&str> = table.names().collect();
    let (target, features) = names.split_last().unwrap();
    let target = TargetColumns::infer(table, &[target], task).unwrap();
    Encoding::of_numbers(features.iter().copied()).dataset(&Rows::all(table), &target).unwrap()
}

fn train() -> Dataset<f64> {
    examples(&table(TRAIN), None)
}

/// The examples of a table to evaluate on.
fn test(table: &Table) -> Dataset<f64> {
    let target = TargetColumns::of_classes("kind", train().class_names().unwrap().to_vec());
    Encoding::of_numbers(["width", "height"]).dataset(&Rows::all(table), &target).unwrap()
}

fn predictor<T: Scalar>(kinds: &str) -> Predictor<T> {
    let preparation = Preparation::fit(Kind::list(kinds).unwrap(), &train()).unwrap();
    let inputs = preparation.inputs::<f64>(train().x()).unwrap().nrows();
    Predictor::new(preparation, Mlp::classifier(inputs, 2).hidden([3])).unwrap()
}

/// The messages of prediction, probabilities and evaluation, which are one but for the place.
fn message<T: Scalar>(kinds: &str, text: &str) -> String {
    let (predictor, threads) = (predictor::<T>(kinds), Threads::single());
    let table = table(text);
    let data = test(&table);
    let evaluated = predictor.evaluate(&data, &threads).unwrap_err().to_string();
    let scored = predictor.classification_scores(&data, &threads).unwrap_err().to_string();
    let placed = |error: ModelError| error.placed(|example| table.place(example)).to_string();
    let predicted = placed(predictor.predict(data.x(), &threads).unwrap_err());
    let probable = placed(predictor.probabilities(data.x(), &threads).unwrap_err());
    assert!([&scored, &predicted, &probable].iter().all(|&text| *text == evaluated));
    evaluated
}

#[test]
fn a_value_that_leaves_the_type_is_named() {
    for value in ["1e39", "-1e39", "1e308"] {
        let text = format!("kind,height,width\na,10,1\n\nb,{value},1\n");
        let message = message::<f32>("none", &text);
        let expected = format!(
            "column `height`, row 2 (line 4): {value} is too large for f32 (at most 3.403e38); \
             correct the value, or train in f64"
        );
        assert_eq!(message, expected);
    }
    // 1e38 is a number in f32, but not ten of them.
    let message = message::<f32>("min-max(0, 100)", "width,height,kind\n1,10,a\n1e38,10,b\n");
    assert_eq!(
        message,
        "column `width`, row 2 (line 3): 1e38 becomes 3.333e39 in preprocessing, which is too \
         large for f32 (at most 3.403e38); correct the value, or train in f64"
    );
}

#[test]
fn what_preprocessing_makes_infinite_is_named_in_f64_too() {
    let text = "width,height,kind\n1,10,a\n-1.7e308,10,a\n";
    let message = message::<f64>("min-max(0, 100)", text);
    assert_eq!(
        message,
        "column `width`, row 2 (line 3): -1.7e308 becomes -inf in preprocessing, which is too \
         large for f64 (at most 1.798e308); correct the value"
    );
}

/// Components are made of all features: the one to blame is found.
#[test]
fn the_feature_behind_a_component_is_found() {
    for (row, column) in [("1e45,10", "width"), ("1,-1e45", "height"), ("1e100,1e45", "width")] {
        for kind in ["pca", "pca(1)", "whiten", "whiten(1)"] {
            let message = message::<f32>(kind, &format!("width,height,kind\n{row},a\n"));
            let start = format!("column `{column}`, row 1 (line 2): ");
            assert!(message.starts_with(&start), "{message}");
        }
    }
}

/// Each value fits, and their sum in a unit does not.
#[test]
fn a_network_that_overflows_is_an_error_that_names_the_row() {
    let text = "width,height,kind\n1,10,a\n3e38,3e38,a\n";
    let threads = Threads::single();
    let preparation = Preparation::fit(["none"], &train()).unwrap();
    let spec = Mlp::classifier(2, 2);
    for (weights, output) in [([1.0, 2.0], "inf"), ([-1.0, -2.0], "-inf")] {
        let model = assembled::<f32>(&spec, weights);
        let predictor = Predictor::new(preparation.clone(), model).unwrap();
        let data = test(&table(text));
        let message = |error: ModelError| error.to_string();
        let expected = |place: &str| {
            format!(
                "{place}: the network's output is {output}, which is no prediction; the values there \
             are too large for its weights in f32: correct them, or train in f64"
            )
        };
        let predicted = predictor.predict(data.x(), &threads).unwrap_err();
        assert_eq!(message(predicted), expected("example 1"));
        let evaluated = predictor.evaluate(&data, &threads).unwrap_err();
        assert_eq!(message(evaluated), expected("row 2 (line 3)"));
        let predictor = Predictor::new(preparation.clone(), assembled::<f64>(&spec, weights));
        assert!(predictor.unwrap().predict(data.x(), &threads).is_ok());
    }
}

/// A linear model with the same two weights for each output.
fn assembled<T: Scalar>(spec: &Mlp, weights: [f64; 2]) -> Model<T> {
    let model = spec.assemble(|slot| {
        Ok::<_, ModelError>(Mat::from_fn(slot.rows, slot.columns, |_, j| {
            T::from_f64(if slot.role == Role::Weight { weights[j] } else { 0.0 })
        }))
    });
    model.unwrap()
}

/// Whose score is NaN, no class is right.
#[test]
fn nan_is_no_class() {
    let model = assembled::<f32>(&Mlp::classifier(2, 2), [1.0, -1.0]);
    let x = mat![[1.0, f32::INFINITY], [1.0, f32::INFINITY]];
    let threads = Threads::single();
    let scores = model.scores(x.as_ref(), &threads).unwrap();
    assert!(scores[(0, 1)].is_nan());
    let error = model.classify(x.as_ref(), &threads).unwrap_err();
    let ModelError::NotFiniteOutput { place: Place::Example(1), output, .. } = error else {
        panic!("{error}")
    };
    assert!(output.is_nan());
    // Finite values, of which two units make infinities, and the next layer their difference.
    let spec = Mlp::classifier(2, 2).hidden([2]).activation("identity");
    let model = spec.assemble(|slot| {
        Ok::<_, ModelError>(Mat::from_fn(slot.rows, slot.columns, |i, j| {
            match (slot.layer, slot.name) {
                (0, "weight") if i == j => [10.0_f32, -10.0][i],
                (1, "weight") => 1.0,
                _ => 0.0,
            }
        }))
    });
    let model = model.unwrap();
    let data = Dataset::classification(mat![[1.0, 3e38_f32], [1.0, 3e38]], vec![0, 0], 2).unwrap();
    let Evaluation::Classification { loss, accuracy, .. } = model.evaluate(&data).unwrap() else {
        panic!("these are classes")
    };
    assert!(model.scores(data.x(), &threads).unwrap()[(0, 1)].is_nan());
    assert!(loss.is_nan() && accuracy == 0.5, "{loss} {accuracy}");
    // Infinite scores speak for a class.
    let model = assembled::<f32>(&Mlp::classifier(2, 2), [1.0, -1.0]);
    let x = mat![[1.0_f32], [f32::NEG_INFINITY]];
    assert_eq!(model.classify(x.as_ref(), &threads).unwrap(), [0]);
}

#[test]
fn training_data_are_named_by_row_and_column() {
    let text = "a,b,y\n1,2,1.5\n2,3,2.5\n3,4,3.5\n5,1e39,0.5\n4,5,4.5\n";
    let data = examples(&table(text), None);
    // After a split, in another order.
    let part = data.subset(&[4, 3, 0]).unwrap();
    let preparation = Preparation::fit(["none"], &data).unwrap();
    let error = preparation.dataset::<f32>(&part).unwrap_err().to_string();
    assert!(error.starts_with("column `b`, row 4 (line 5): 1e39 is too large for f32"), "{error}");
    let DataError::Overflow { place, column, .. } = part.cast::<f32>().unwrap_err() else {
        panic!("it fits")
    };
    assert_eq!((place.to_string().as_str(), column.as_str()), ("row 4 (line 5)", "b"));

    // A target, in its own units.
    let fit = Dataset::regression(mat![[0.0, 1.0]], mat![[1e-3, 2e-3]]).unwrap();
    let fit = fit.with_output_names(["price"]).unwrap();
    let preparation = Preparation::fit(["none"], &fit).unwrap();
    let far = Dataset::regression(mat![[0.0, 1.0]], mat![[0.0, 1e38]]).unwrap();
    let error = preparation.dataset::<f32>(&far).unwrap_err().to_string();
    assert!(error.starts_with("column `price`, example 1: 1e38 becomes 2.000e41 in"), "{error}");
    let weighted = fit.clone().with_weights([1.0, 1e300]).unwrap();
    let error = preparation.dataset::<f32>(&weighted).unwrap_err().to_string();
    assert!(error.starts_with("column `weight`, example 1: 1e300 is too large"), "{error}");
    let error = preparation.inputs::<f32>(mat![[f64::NAN]].as_ref()).unwrap_err().to_string();
    assert!(error.starts_with("column `x0`, example 0: NaN is not a finite number"), "{error}");
}

#[test]
fn columns_without_finite_statistics_are_named() {
    let far = [1.7e308, -1.7e308, 1.7e308];
    let x = Mat::from_fn(2, 3, |i, j| if i == 1 { far[j] } else { j as f64 });
    let data = Dataset::regression(x.clone(), Mat::from_fn(1, 3, |_, j| j as f64)).unwrap();
    let data = data.with_feature_names(["a", "b"]).unwrap();
    for kinds in [&["standardize"][..], &["center"], &["standardize", "center"]] {
        let error = Preparation::fit(kinds.iter().copied(), &data).unwrap_err();
        assert!(matches!(&error, ModelError::TooFarApart { column } if column == "b"), "{error}");
        assert!(error.to_string().starts_with("column `b`: its values are so large"), "{error}");
    }
    let data = Dataset::regression(Mat::zeros(1, 3), x.subrows(1, 1).to_owned()).unwrap();
    let error = Preparation::fit(["none"], &data).unwrap_err();
    assert!(matches!(&error, ModelError::TooFarApart { column } if column == "y0"), "{error}");
}

/// The square of 4e30 is no number in `f32`, and one in `f64`.
#[test]
fn a_mean_loss_is_finite_where_f64_has_it() {
    let value = |j: usize| if j == 9 { 4e30 } else { j as f64 };
    let x = Mat::from_fn(1, 10, |_, j| j as f64);
    let train = Dataset::regression(x.clone(), Mat::from_fn(1, 10, |_, j| j as f64)).unwrap();
    let test = Dataset::regression(x, Mat::from_fn(1, 10, |_, j| value(j))).unwrap();
    let losses = |test: &Dataset<f64>| {
        let preparation = Preparation::fit(["standardize"], &train).unwrap();
        let spec = Mlp::regressor(1, 1).hidden([3]);
        let single = Predictor::<f32>::new(preparation.clone(), spec.clone()).unwrap();
        let double = Predictor::<f64>::new(preparation, spec).unwrap();
        let threads = Threads::single();
        (
            single.evaluate(test, &threads).unwrap().loss(),
            double.evaluate(test, &threads).unwrap().loss(),
        )
    };
    let (single, double) = losses(&test);
    assert!(double > 1e59 && (single / double - 1.0).abs() < 1e-6, "{single:e} {double:e}");
    let weights: Vec<f64> = (0..10).map(|j| if j == 9 { 0.5 } else { 7.0 }).collect();
    let (weighted, _) = losses(&test.with_weights(weights).unwrap());
    assert_eq!(weighted, single, "weights are of training");
}

#[test]
fn a_prediction_too_large_for_its_units_is_no_matter_of_weights() {
    let text = "x,y\n-1,-1e308\n1,1e308\n2,1.7e308\n";
    let data = examples(&table(text), Some(Task::Regression));
    let preparation = Preparation::fit(["none"], &data).unwrap();
    let spec = Mlp::regressor(1, 1).hidden([]);
    let model = spec.assemble::<f32, ModelError>(|slot| {
        Ok(Mat::from_fn(slot.rows, slot.columns, |_, _| 1.0_f32))
    });
    let predictor = Predictor::new(preparation, model.unwrap()).unwrap();
    let message = predictor.evaluate(&data, &Threads::single()).unwrap_err().to_string();
    assert_eq!(
        message,
        "row 2 (line 3): the network's output is 2 times the deviation of `y` in training, \
         1.144e308, above its mean, 5.667e307, a prediction too large for f64 (at most \
         1.798e308): correct the row, or train on the target in larger units, as `y` divided by \
         1000"
    );
    let predicted = predictor.predict(data.x(), &Threads::single()).unwrap_err();
    assert!(predicted.to_string().starts_with("example 1: the network's output"), "{predicted}");
}
