//! Features of which some tell categories: whatever is done with them, the bits of the matrix that they stand for.

use densely_data::{Dataset, Features, Inputs, OneHot, OneHotGroup, Target};
use densely_layers::Layer;
use densely_models::{LocalExchange, Mlp, Model, ModelError, Trainer};
use densely_optim::{Adam, Sgd};
use densely_tensor::{Mat, Scalar, Threads};

const N: usize = 150;

/// Three numbers of this size, and two groups of categories, of which one also has none.
fn features<T: Scalar>(size: f64) -> OneHot<T> {
    let number = |i: usize, j: usize| size * ((i + 2) as f64 * j as f64).sin();
    let others = Mat::from_fn(3, N, |i, j| T::from_f64(number(i, j)));
    let group = |first: usize, width: usize, off: f64, on: f64| OneHotGroup {
        first,
        off: vec![T::from_f64(off); width],
        on: (0..width).map(|k| T::from_f64(on + 0.1 * k as f64)).collect(),
    };
    let groups = vec![group(0, 6, -0.3, 1.5), group(8, 9, 0.0, 1.0)];
    let codes = (0..N).flat_map(|j| [(j * j % 6) as u16, (j * 7 % 10) as u16]).collect();
    OneHot::new(others, groups, codes).unwrap()
}

fn classes<T: Scalar>(x: impl Into<Features<T>>) -> Dataset<T> {
    let labels = (0..N).map(|j| (j * j % 6 + j % 2) % 3).collect();
    let names = (0..3).map(|k| k.to_string()).collect();
    Dataset::new(x.into(), Target::Classes { labels, names }).unwrap()
}

fn values<T: Scalar>(x: impl Into<Features<T>>) -> Dataset<T> {
    let values = Mat::from_fn(1, N, |_, j| T::from_f64((j * j % 6) as f64 - 2.5));
    let names = vec!["y".to_owned()];
    Dataset::new(x.into(), Target::Values { values, names }).unwrap()
}

fn weights<T: Scalar>(model: &Model<T>) -> Vec<Mat<T>> {
    let mut weights = Vec::new();
    model.network().visit_params(&mut |param| weights.push(param.value.clone()));
    weights
}

/// Those in memory as they are, and as a matrix.
fn both<T: Scalar>(
    size: f64,
    data: impl Fn(Features<T>) -> Dataset<T>,
) -> (Dataset<T>, Dataset<T>) {
    let (one_hot, dense) = (features::<T>(size), features::<T>(size).to_dense().unwrap());
    let (one_hot, dense) = (data(one_hot.into()), data(dense.into()));
    assert!(matches!(one_hot.inputs(), Inputs::OneHot(_)) && dense.inputs().dense().is_some());
    assert_eq!(one_hot, dense);
    (one_hot, dense)
}

fn trains_alike<T: Scalar>(
    mlp: &Mlp,
    trainer: &dyn Fn() -> Trainer<'static, T>,
    (one_hot, dense): (Dataset<T>, Dataset<T>),
) -> String {
    let parts = |data: &Dataset<T>| {
        let of = |rest: usize| (0..N).filter(|j| j % 5 == rest).collect::<Vec<_>>();
        let train: Vec<usize> = (0..N).filter(|j| j % 5 > 1).collect();
        [train, of(0), of(1)].map(|part| data.subset(&part).unwrap())
    };
    let fit = |data: &Dataset<T>, threads: usize| {
        let [train, validation, test] = parts(data);
        let mut model = mlp.build::<T>().unwrap();
        let threads = Threads::new(threads).unwrap();
        let told = trainer()
            .validation_data(&validation)
            .threads(threads.clone())
            .fit(&mut model, &train)
            .map(|history| {
                let diagnosis = history.diagnosis();
                let tested = diagnosis.with_test(&model, &train, &test, &threads).unwrap();
                let evaluation = model.evaluate_on(&test, &threads).unwrap();
                format!("{:?} {evaluation:?} {tested}", history.epochs)
            });
        (weights(&model), told.unwrap_or_else(|error: ModelError| error.to_string()))
    };
    let expected = fit(&dense, 1);
    for threads in [1, 2] {
        let (weights, told) = fit(&one_hot, threads);
        assert_eq!(told, expected.1);
        assert_eq!(weights, expected.0);
    }
    expected.1
}

#[test]
fn trainings_have_the_bits_of_a_matrix() {
    fn all<T: Scalar>() {
        let sgd = || Trainer::new(Sgd::new(0.05).momentum(0.9)).epochs(6).batch_size(16);
        let classifier = Mlp::classifier(18, 3).hidden([12]);
        let told = trains_alike::<T>(&classifier, &sgd, both(1.0, classes));
        assert!(told.contains("Classification"), "{told}");
        let adam = || Trainer::new(Adam::new(0.01)).epochs(6).batch_size(25).shards(2);
        let regressor = Mlp::regressor(18, 1).hidden([7, 5]);
        let told = trains_alike::<T>(&regressor, &adam, both(1.0, values));
        assert!(told.contains("Regression"), "{told}");
    }
    all::<f32>();
    all::<f64>();
}

/// Features are looked at then.
#[test]
fn troubles_have_the_findings_of_a_matrix() {
    let rate = |rate: f64| move || Trainer::new(Sgd::new(rate)).epochs(4).batch_size(16);
    let mut told = String::new();
    for size in [1e-3, 100.0, 1e6] {
        for learning_rate in [1e-9, 0.01, 100.0] {
            let data = both::<f64>(size, classes);
            told += &trains_alike(&Mlp::classifier(18, 3).hidden([6]), &rate(learning_rate), data);
            let data = both::<f64>(size, values);
            told += &trains_alike(&Mlp::regressor(18, 1).hidden([6]), &rate(learning_rate), data);
        }
    }
    for found in ["diverged", "`x7` hides the others", "is constant in the training data"] {
        assert!(told.contains(found), "{found}: {told}");
    }
}

#[test]
fn ranks_have_the_bits_of_a_matrix() {
    let (one_hot, dense) = both::<f32>(1.0, classes);
    let fit = |data: &Dataset<f32>, rank: Option<LocalExchange<f32>>| {
        let mut model = Mlp::classifier(18, 3).hidden([12]).build().unwrap();
        let trainer = Trainer::new(Sgd::new(0.05)).epochs(3).batch_size(16).shards(2);
        let trainer = trainer.validation_data(data);
        let trainer = match rank {
            None => trainer,
            Some(rank) => trainer.exchange(rank),
        };
        let history = trainer.fit(&mut model, data).unwrap();
        (format!("{:?}", history.epochs), weights(&model))
    };
    let expected = fit(&dense, None);
    std::thread::scope(|scope| {
        let (fit, one_hot) = (&fit, &one_hot);
        let ranks = LocalExchange::group(2).into_iter();
        let ranks: Vec<_> =
            ranks.map(|rank| scope.spawn(move || fit(one_hot, Some(rank)))).collect();
        for rank in ranks {
            assert_eq!(rank.join().unwrap(), expected);
        }
    });
}

#[test]
fn another_number_of_features_is_an_error() {
    let model = Mlp::classifier(17, 3).build::<f64>().unwrap();
    let (data, threads) = (classes(features(1.0)), Threads::single());
    let expected = "expected 17 inputs, got 18";
    for error in [
        model.scores(data.inputs(), &threads).unwrap_err().to_string(),
        model.evaluate(&data).unwrap_err().to_string(),
    ] {
        assert!(error.contains(expected), "{error}");
    }
}
