//! A prediction does not depend on what else is predicted with it.

use densely_data::Dataset;
use densely_layers::LayerKinds;
use densely_models::{Mlp, Prediction, Predictor, Preparation};
use densely_preprocess::TransformKinds;
use densely_tensor::{Key, Mat, MatRef, Purpose, Scalar, Stream, Threads, column};

/// Features, and numbers of examples that go through other kernels and other panels.
const FEATURES: usize = 20;
const TOGETHER: [usize; 6] = [2, 3, 7, 64, 65, 400];

/// How many classes, or values.
#[derive(Debug, Clone, Copy)]
enum Task {
    Classes(usize),
    Values(usize),
}

/// Widths of hidden layers, and their activation.
type Hidden<'a> = (&'a [usize], &'a str);

/// Examples of a few hundred units around 1,000.
fn examples(n: usize) -> Mat<f64> {
    let mut stream = Stream::new(7, Purpose::Other, Key::default());
    Mat::from_fn(FEATURES, n, |i, _| 1000.0 + 100.0 * (i + 1) as f64 * stream.normal::<f64>())
}

/// On processors with fused multiply-add, as all have that are younger than 2015. faer's products round
/// twice without it.
fn are_products_fused() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// The answers to examples of `x` that are predicted together: labels and probabilities, or values.
fn answers<T: Scalar>(
    predictor: &Predictor<T>,
    x: MatRef<'_, f64>,
    threads: &Threads,
) -> Vec<Vec<f64>> {
    match predictor.predict(x, threads).unwrap() {
        Prediction::Classes(labels) => {
            let probabilities = predictor.probabilities(x, threads).unwrap().unwrap();
            let answer = |(j, &label)| {
                let probabilities = column(probabilities.as_ref(), j).iter().map(|p| p.to_f64());
                std::iter::once(label as f64).chain(probabilities).collect()
            };
            labels.iter().enumerate().map(answer).collect()
        }
        Prediction::Values(values) => {
            (0..x.ncols()).map(|j| column(values.as_ref(), j).to_vec()).collect()
        }
    }
}

/// Each example has the answer that it has alone, to the bit, among others and at any number of threads.
fn is_the_same_in_any_company<T: Scalar>(task: Task, hidden: Hidden<'_>, methods: &[&str]) {
    if !are_products_fused() {
        return;
    }
    let what = format!("{} of {task:?}, {hidden:?} after {methods:?}", T::NAME);
    let x = examples(400);
    let training = x.as_ref().subcols(0, 120).to_owned();
    let data = match task {
        Task::Classes(classes) => {
            Dataset::classification(training, (0..120).map(|j| j % classes).collect(), classes)
        }
        Task::Values(values) => {
            let y = Mat::from_fn(values, 120, |i, j| ((i + j * j) % 17) as f64);
            Dataset::regression(training, y)
        }
    };
    let data = data.unwrap();
    let preparation = Preparation::fit(methods.iter().copied(), &data).unwrap();
    let inputs = preparation.dataset::<T>(&data).unwrap().x().nrows();
    let mlp = match task {
        Task::Classes(classes) => Mlp::classifier(inputs, classes),
        Task::Values(values) => Mlp::regressor(inputs, values),
    };
    let mlp = mlp.hidden(hidden.0).activation(hidden.1);
    let mut predictor = Predictor::<T>::new(preparation, mlp).unwrap();
    let (single, three) = (Threads::single(), Threads::new(3).unwrap());
    let alone = |j| answers(&predictor, x.as_ref().subcols(j, 1), &single).remove(0);
    let alone = (0..x.ncols()).map(alone).collect::<Vec<_>>();
    for n in TOGETHER {
        for threads in [&single, &three] {
            let first = (x.ncols() - n) / 2;
            let among = answers(&predictor, x.as_ref().subcols(first, n), threads);
            for (j, among) in among.iter().enumerate() {
                assert_eq!(among, &alone[first + j], "{what}: example {j} of {n}");
            }
        }
    }
    predictor.model_mut().pack().unwrap();
    for (j, alone) in alone.iter().enumerate() {
        let packed = answers(&predictor, x.as_ref().subcols(j, 1), &single);
        assert_eq!(&packed[0], alone, "{what}: example {j}, packed");
    }
}

fn in_both_precisions(task: Task, hidden: Hidden<'_>, methods: &[&str]) {
    is_the_same_in_any_company::<f32>(task, hidden, methods);
    is_the_same_in_any_company::<f64>(task, hidden, methods);
}

#[test]
fn predictions_of_every_shape_do_not_depend_on_their_company() {
    for hidden in
        [&[] as &[usize], &[1], &[3, 4], &[7], &[13, 20], &[64], &[100, 65], &[300, 520, 9]]
    {
        for task in [Task::Classes(10), Task::Classes(2), Task::Values(1), Task::Values(70)] {
            in_both_precisions(task, (hidden, "relu"), &["standardize"]);
        }
    }
}

#[test]
fn nor_do_those_of_any_activation() {
    for activation in LayerKinds::<f32>::new().activation_names() {
        in_both_precisions(Task::Classes(3), (&[40], activation), &["standardize"]);
    }
}

#[test]
fn nor_do_those_after_any_preprocessing() {
    for method in TransformKinds::new().names() {
        let method = if method == "channel-mean" { "channel-mean(2)" } else { method };
        in_both_precisions(Task::Values(2), (&[16], "tanh"), &[method]);
    }
}
