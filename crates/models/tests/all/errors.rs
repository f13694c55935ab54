//! Bad input: each case a typed error, and the model as it was.

use densely_data::Dataset;
use densely_layers::{At, Identity, LayerKinds, LeakyRelu, Sequential};
use densely_loss::{LossError, LossKinds, SoftmaxCrossEntropy, Targets};
use densely_models::{Evaluation, Mlp, Model, ModelError, Trainer, TrainingStep, Workspace};
use densely_optim::{OptimError, Sgd};
use densely_tensor::{Mat, ShapeError, Threads, mat};

fn data() -> Dataset<f64> {
    let x = Mat::from_fn(2, 6, |i, j| (i + j) as f64);
    Dataset::classification(x, vec![0, 1, 2, 0, 1, 2], 3).unwrap()
}

fn model() -> Model<f64> {
    Mlp::classifier(2, 3).hidden([4]).build().unwrap()
}

fn trainer<'a>() -> Trainer<'a, f64> {
    Trainer::new(Sgd::new(0.1))
}

fn fit_error(trainer: Trainer<'_, f64>) -> ModelError {
    let (mut trained, untouched) = (model(), model());
    let error = trainer.fit(&mut trained, &data()).unwrap_err();
    let scores = |model: &Model<f64>| model.scores(data().x(), &Threads::single()).unwrap();
    assert_eq!(scores(&trained), scores(&untouched));
    error
}

/// Examples that do not count at all teach nothing.
#[test]
fn weights_of_which_none_counts() {
    let data = data().with_weights([0.0; 6]).unwrap();
    let error = trainer().fit(&mut model(), &data).unwrap_err().to_string();
    let message = "the weights of the training examples must be above 0 for one of them, got 0";
    assert_eq!(error, message);
    assert!(
        trainer()
            .fit(&mut model(), &data.with_weights([0.0, 0.0, 0.0, 0.0, 1.0, 0.0]).unwrap())
            .is_ok()
    );
}

#[test]
fn options_out_of_range() {
    let messages = [
        (fit_error(trainer().epochs(0)), "epochs must be at least 1, got 0"),
        (fit_error(trainer().batch_size(0)), "the batch size must be at least 1, got 0"),
        (fit_error(trainer().patience(0)), "the patience must be at least 1, got 0"),
        (
            fit_error(trainer().patience(3)),
            "the patience must be left out without validation data, got 3",
        ),
    ];
    for (error, message) in messages {
        assert_eq!(error.to_string(), message);
    }
    for fraction in [1.0, 7.0] {
        assert!(matches!(fit_error(trainer().validation(fraction)), ModelError::Data(_)));
    }
    let error = fit_error(Trainer::new(Sgd::new(-1.0)));
    assert!(matches!(error, ModelError::Optim(OptimError::Option { .. })));
}

#[test]
fn networks_without_units() {
    for mlp in [
        Mlp::classifier(0, 2),
        Mlp::classifier(2, 0),
        Mlp::classifier(2, 2).hidden([3, 0]),
        Mlp::regressor(2, 0),
    ] {
        let error = mlp.build::<f32>().unwrap_err();
        assert!(matches!(error, ModelError::Shape(ShapeError::Zero { .. })), "{mlp:?}");
    }
}

#[test]
fn descriptions_with_options_out_of_range() {
    let plain = || Mlp::classifier(2, 2).hidden([3, 4, 5]);
    let names = LayerKinds::<f32>::new().activation_names().join(", ");
    let unknown = format!("unknown activation \"elu(1\": choose one of {names}");
    for (mlp, message) in [
        (plain().activations(["relu", "tanh"]), "Mlp: expected 3 activations, got 2"),
        (plain().activations([""; 0]), "Mlp: expected 3 activations, got 0"),
        (
            plain().activation(LeakyRelu::new(f64::NAN)),
            "the slope of leaky-relu must be a finite number, got NaN",
        ),
        (
            plain().activations(["relu", "tanh", "elu(inf)"]),
            "the alpha of elu must be a finite number, got inf",
        ),
        (
            plain().activation("maxout(0)"),
            "the pieces of maxout must be a whole number of at least 1, got 0",
        ),
        (plain().activation("elu(1"), &unknown),
        (
            plain().dropout(1.0),
            "the probability of dropout must be a number from 0 to less than 1, got 1",
        ),
        (
            plain().input_noise(-1.0),
            "the deviation of input-noise must be a finite number of at least 0, got -1",
        ),
    ] {
        assert_eq!(mlp.build::<f32>().unwrap_err().to_string(), message);
    }
}

#[test]
fn parameters_have_to_fit_the_description() {
    let mlp = Mlp::classifier(2, 3).hidden([4]).activation("shared-prelu");
    let mut slots = Vec::new();
    let built = mlp.assemble(|slot| {
        slots.push((slot.layer, slot.stage, slot.name, slot.rows, slot.columns));
        Ok::<_, ModelError>(Mat::<f32>::zeros(slot.rows, slot.columns))
    });
    assert_eq!(built.unwrap().parameters(), 2 * 4 + 4 + 1 + 4 * 3 + 3);
    let expected = [
        (0, 0, "weight", 4, 2),
        (0, 0, "bias", 4, 1),
        (0, 1, "slope", 1, 1),
        (1, 2, "weight", 3, 4),
        (1, 2, "bias", 3, 1),
    ];
    assert_eq!(slots, expected);
    for wrong in 0..slots.len() {
        let mut index = 0;
        let built = mlp.assemble(|slot| {
            let more = usize::from(index == wrong);
            index += 1;
            Ok::<_, ModelError>(Mat::<f32>::zeros(slot.rows, slot.columns + more))
        });
        assert!(built.unwrap_err().to_string().starts_with("Mlp: expected"), "{wrong}");
    }
}

#[test]
fn data_that_do_not_fit_the_model() {
    let error = |mlp: Mlp| trainer().fit(&mut mlp.build().unwrap(), &data()).unwrap_err();
    let cases = [
        (Mlp::regressor(2, 3), "mse needs real values as targets, got class labels"),
        (Mlp::classifier(2, 4), "Model: expected 4 classes, got 3"),
        (Mlp::classifier(3, 3), "Model: expected 3 inputs, got 2"),
        (Mlp::binary_classifier(2), "Model: expected 2 classes, got 3"),
    ];
    for (mlp, message) in cases {
        assert_eq!(error(mlp).to_string(), message);
    }
    let smoothed = SoftmaxCrossEntropy::new().label_smoothing(1.0);
    let network = Sequential::new(2).unwrap().with(Identity).unwrap();
    let mut smoothed = Model::new(network, smoothed);
    let two = Dataset::classification(Mat::zeros(2, 2), vec![0, 1], 2).unwrap();
    let message = "the label-smoothing of softmax must be a number from 0 to less than 1, got 1";
    assert_eq!(trainer().fit(&mut smoothed, &two).unwrap_err().to_string(), message);
    let described = Mlp::classifier(2, 2).loss("softmax(1)").build::<f32>();
    assert_eq!(described.unwrap_err().to_string(), message);
    let mut model = model();
    let other = Dataset::regression(Mat::zeros(2, 2), Mat::zeros(3, 2)).unwrap();
    let needs = "softmax needs class labels as targets, got real values";
    assert_eq!(model.evaluate(&other).unwrap_err().to_string(), needs);
    let validated = trainer().validation_data(&other).fit(&mut model, &data());
    assert_eq!(validated.unwrap_err().to_string(), needs);
}

#[test]
fn batches_that_do_not_fit_the_model() {
    let mut model = model();
    let mut step = |x: Mat<f64>, labels: &[usize]| {
        let (targets, threads) = (Targets::Labels(labels), Threads::single());
        TrainingStep::new().gradients(&mut model, x.as_ref(), targets, At::default(), &threads)
    };
    let zero = step(Mat::zeros(2, 0), &[]).unwrap_err();
    assert_eq!(zero.to_string(), "TrainingStep: the number of examples must not be zero");
    let rows = step(Mat::zeros(3, 1), &[0]).unwrap_err();
    assert_eq!(rows.to_string(), "Model: expected 2 inputs, got 3");
    let count = step(Mat::zeros(2, 2), &[0]).unwrap_err();
    assert_eq!(count.to_string(), "softmax: expected 2 targets, got 1");
    let label = step(Mat::zeros(2, 2), &[0, 3]).unwrap_err();
    assert!(matches!(
        label,
        ModelError::Loss(LossError::LabelOutOfRange { example: 1, label: 3, classes: 3 })
    ));
}

#[test]
fn inputs_that_do_not_fit_the_model() {
    let (model, mut workspace) = (model(), Workspace::new());
    let wide = Mat::zeros(3, 1);
    let count = "Model: expected 2 inputs, got 3";
    let with = model.predict_with(wide.as_ref(), &mut workspace).unwrap_err();
    assert_eq!(with.to_string(), count);
    let scores = model.scores(wide.as_ref(), &Threads::single()).unwrap_err();
    assert_eq!(scores.to_string(), count);
    let transposed = mat![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(
        model.predict_with(transposed.transpose(), &mut workspace).unwrap_err(),
        ShapeError::NotColumnMajor { operation: "Model" }
    );
    let none = model.predict_with(Mat::zeros(2, 0).as_ref(), &mut workspace).unwrap();
    assert_eq!(none.shape(), (3, 0));
}

#[test]
fn a_loss_that_explodes_is_caught_at_its_step() {
    let x = Mat::from_fn(1, 8, |_, j| j as f64 * 1e3);
    let y = Mat::from_fn(1, 8, |_, j| j as f64);
    let data = Dataset::regression(x, y).unwrap();
    let mut model = Mlp::regressor(1, 1).build().unwrap();
    let error = Trainer::new(Sgd::new(10.0)).epochs(1000).fit(&mut model, &data).unwrap_err();
    assert!(matches!(error, ModelError::Diverged { epoch: 2.., step: 1, .. }), "{error}");
    assert!(error.to_string().contains("lower the learning rate (it is 10)"), "{error}");
}

/// After a divergence, the model has the best weights that validation saw.
#[test]
fn divergence_does_not_lose_the_best_weights() {
    let x = Mat::from_fn(1, 20, |_, j| (j as f64 - 10.0) * 1e2);
    let y = Mat::from_fn(1, 20, |_, j| j as f64);
    let data = Dataset::regression(x, y).unwrap();
    let mut model = Mlp::regressor(1, 1).build().unwrap();
    let trainer = Trainer::new(Sgd::new(1.0)).epochs(1000).validation(0.5);
    assert!(matches!(trainer.fit(&mut model, &data), Err(ModelError::Diverged { .. })));
    assert!(model.evaluate(&data).unwrap().loss().is_finite());
}

#[test]
fn unknown_names_list_the_choices() {
    let known = LossKinds::<f32>::new();
    for name in known.names() {
        assert_eq!(known.get(name).unwrap().name(), name);
    }
    let error = Mlp::classifier(2, 2).loss("softmix").build::<f32>().unwrap_err();
    let choices = known.names().join(", ");
    assert!(choices.starts_with("softmax, svm, squared-svm, crammer-singer, logistic, hinge, "));
    let sentence = "unknown loss \"softmix\" (did you mean softmax?): choose one of";
    assert_eq!(error.to_string(), format!("{sentence} {choices}"));
}

/// R² where its formula would divide by zero.
#[test]
fn metrics_of_constant_targets() {
    let model = Mlp::regressor(1, 1).build::<f64>().unwrap();
    let data = |x: f64| Dataset::regression(mat![[x, x]], mat![[0.0, 0.0]]).unwrap();
    let r2 = |x: f64| match model.evaluate(&data(x)).unwrap() {
        Evaluation::Regression { r2, .. } => r2,
        other => panic!("{other:?}"),
    };
    assert_eq!((r2(0.0), r2(1.0)), (1.0, 0.0));
}
