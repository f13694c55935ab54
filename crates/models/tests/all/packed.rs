//! Weights that are laid out for one example at a time, and rounded to bf16.

use densely_data::digits;
use densely_layers::Layer;
use densely_models::{Mlp, Model, Trainer};
use densely_optim::Sgd;
use densely_tensor::kernels::round_to_bf16;
use densely_tensor::{Mat, MatRef, Scalar, Threads};

/// The scores of each example, by itself.
fn one_by_one<T: Scalar>(model: &Model<T>, x: MatRef<'_, T>) -> Vec<Mat<T>> {
    let scores = |j| model.scores(x.subcols(j, 1), &Threads::single()).unwrap();
    (0..x.ncols()).map(scores).collect()
}

#[test]
fn training_goes_on_from_packed_weights_and_drops_the_copy() {
    let data = digits().subset(&(0..100).collect::<Vec<_>>()).unwrap().cast::<f32>().unwrap();
    let mut model: Model<f32> = Mlp::classifier(64, 10).hidden([80, 70]).build().unwrap();
    let mut other = model.clone();
    model.pack().unwrap();
    let before = one_by_one(&model, data.x());
    assert_eq!(before, one_by_one(&other, data.x()));
    let copy = model.clone();
    for model in [&mut model, &mut other] {
        Trainer::new(Sgd::new(0.01)).epochs(2).batch_size(7).fit(model, &data).unwrap();
    }
    let after = one_by_one(&model, data.x());
    assert_eq!(after, one_by_one(&other, data.x()));
    assert_ne!(after, before);
    assert_eq!(one_by_one(&copy, data.x()), before);
}

#[test]
fn weights_in_bf16_are_the_nearest_and_biases_stay() {
    let mut model: Model<f64> = Mlp::classifier(64, 10).hidden([80]).build().unwrap();
    model.network_mut().visit_params_mut(&mut |param| param.value[(0, 0)] = 0.1234567);
    let mut expected = Vec::new();
    model.network().visit_params(&mut |param| {
        let rounds = param.value.ncols() > 1;
        expected.push(Mat::from_fn(param.value.nrows(), param.value.ncols(), |i, j| {
            let value = param.value[(i, j)];
            if rounds { round_to_bf16(value) } else { value }
        }));
    });
    model.round_weights_to_bf16();
    let mut rounded = Vec::new();
    model.network().visit_params(&mut |param| rounded.push(param.value.clone()));
    assert_eq!(rounded, expected);
    assert_eq!(rounded[1][(0, 0)], 0.1234567);
    assert_eq!(rounded[0][(0, 0)], 0.123535156250);
}

#[test]
fn bf16_costs_the_digits_at_most_a_thousandth() {
    let data = digits().cast::<f32>().unwrap();
    let mut model = Mlp::classifier(64, 10).hidden([64]).build::<f32>().unwrap();
    Trainer::new(Sgd::new(0.001).momentum(0.9))
        .epochs(20)
        .batch_size(32)
        .fit(&mut model, &data)
        .unwrap();
    let threads = Threads::single();
    let accuracy = |model: &Model<f32>| {
        let labels = data.labels().unwrap();
        let classes = model.classify(data.x(), &threads).unwrap();
        classes.iter().zip(labels).filter(|(class, label)| class == label).count() as f64
            / labels.len() as f64
    };
    let full = accuracy(&model);
    model.round_weights_to_bf16();
    let rounded = accuracy(&model);
    assert!(full > 0.97 && (full - rounded).abs() <= 0.001, "{full} became {rounded}");
}
