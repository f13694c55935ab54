//! What is said of validation and test data, and where in a file it is.

use densely_data::{Dataset, Place};
use densely_layers::Kind;
use densely_models::{Diagnosis, Finding, Mlp, Model, Part, Preparation, Trainer};
use densely_table::{Encoding, Rows, Table, TargetColumns};
use densely_tensor::{Mat, Threads};

use super::data::{Data, frauds, noise_classes, outlying, prepared, raw_regression};
use super::{adam, diagnosis, fit, value_net};

/// A network trained on the first examples, and what is said of it after a test on the rest.
fn tested(data: &Dataset<f64>, net: &Mlp, train: usize) -> Diagnosis {
    let part = |from, to| data.subset(&(from..to).collect::<Vec<_>>()).unwrap();
    let (train, test) = (part(0, train), part(train, data.len()));
    let preparation = Preparation::fit(["standardize"], &train).unwrap();
    let (train, test): (Data, Data) =
        (preparation.dataset(&train).unwrap(), preparation.dataset(&test).unwrap());
    let mut model: Model<f32> = net.build().unwrap();
    let history = adam(0.01).epochs(60).fit(&mut model, &train).unwrap();
    history.diagnosis().with_test(&model, &train, &test, &Threads::single()).unwrap()
}

#[test]
fn a_test_that_one_example_decides() {
    let findings = tested(&outlying(400, &[377], 1e6), &value_net(), 300).findings;
    let [Finding::DominatingExample { place, part, loss, others, .. }, feature] = &findings[..]
    else {
        panic!("{findings:?}")
    };
    assert_eq!((*place, *part), (Place::Example(77), Part::Test));
    assert!(*loss > 1e6 && *others < 0.1, "{findings:?}");
    let text = feature.to_string();
    assert!(text.contains("feature `x0` is") && text.contains("in example 77 of the test data"));
    assert!(tested(&raw_regression(400), &value_net(), 300).is_healthy());
}

/// A shift or other units, in all examples or some; and a network that does not suffer for it says nothing.
#[test]
fn test_data_that_are_elsewhere_are_counted() {
    let changed = |change: &dyn Fn(usize, f64) -> f64, target: &dyn Fn(usize, f64) -> f64| {
        let raw = raw_regression(400);
        let y = raw.values().unwrap();
        let y = Mat::from_fn(1, 400, |_, j| target(j, y[(0, j)]));
        let x = Mat::from_fn(4, 400, |i, j| match (i, raw.x()[(i, j)]) {
            (1, x) => change(j, x),
            (_, x) => x,
        });
        tested(&Dataset::regression(x, y).unwrap(), &value_net(), 300).findings
    };
    let of_test = |j: usize| j >= 300;
    let same = |_: usize, y: f64| y;
    let outside = |findings: &[Finding]| {
        findings.iter().find_map(|finding| match finding {
            Finding::OutsideFeature { feature, outside, of, part: Part::Test, .. } => {
                Some((feature.clone(), *outside, *of))
            }
            Finding::OutsideTarget { target, outside, of, part: Part::Test, .. } => {
                Some((target.clone(), *outside, *of))
            }
            _ => None,
        })
    };
    let shifted = changed(&|j, x| if of_test(j) { x + 30.0 } else { x }, &same);
    assert_eq!(outside(&shifted), Some(("x1".to_owned(), 100, 100)), "{shifted:?}");
    let units = changed(&|j, x| if of_test(j) && j % 5 == 0 { 1000.0 + x } else { x }, &same);
    assert_eq!(outside(&units), Some(("x1".to_owned(), 20, 100)), "{units:?}");
    let of_target = changed(&same, &|j, y| if of_test(j) { y + 50.0 } else { y });
    assert_eq!(outside(&of_target), Some(("y0".to_owned(), 100, 100)), "{of_target:?}");
    let text = of_target.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(text.contains("beyond all that was seen in training in all 100 examples"), "{text}");
}

/// To remove it would hide how the rare class is recognised.
#[test]
fn the_only_example_of_its_class_is_not_to_be_removed() {
    let label = |j: usize| if j % 30 == 29 && j < 300 || j == 350 { 2 } else { j % 2 };
    let x = Mat::from_fn(2, 400, |i, j| match (label(j), i) {
        (2, _) if j == 350 => -500.0,
        (2, 1) => 9.0,
        (1, 0) => 5.0,
        (0, 0) => -5.0,
        _ => (j * 7919 % 1013) as f64 / 1013.0,
    });
    let data = Dataset::classification(x, (0..400).map(label).collect(), 3).unwrap();
    let text = tested(&data, &Mlp::classifier(2, 3), 300).to_string();
    assert!(
        text.contains("example 50 of the test data, the only one of its class, makes"),
        "{text}"
    );
    assert!(text.contains("have more of that class there"), "{text}");
}

#[test]
fn a_test_that_is_no_better_than_one_prediction() {
    let data = frauds(400, 0.0);
    let findings = tested(&data, &Mlp::classifier(4, 2), 300).findings;
    let weighed = data.with_class_weights(&[1.0, 30.0]).unwrap();
    let of_weighed = tested(&weighed, &Mlp::classifier(4, 2), 300).findings;
    let worse = |finding: &Finding| matches!(finding, Finding::WorseThanMostFrequent { .. });
    assert!(!of_weighed.iter().any(worse), "frauds are asked for: {of_weighed:?}");
    let worse = findings.iter().find_map(|finding| match finding {
        Finding::WorseThanMostFrequent { class, accuracy, baseline, part: Part::Test } => {
            Some((class.as_str(), accuracy, baseline))
        }
        _ => None,
    });
    assert_eq!(worse, Some(("fine", &0.97, &0.97)), "{findings:?}");

    let x = noise_classes(400, 2).x().to_owned();
    let y = Mat::from_fn(1, 400, |_, j| f64::from((j * 7919 % 1013) as u16));
    let findings = tested(&Dataset::regression(x, y).unwrap(), &Mlp::regressor(8, 1), 300).findings;
    let worse = |finding: &Finding| match finding {
        Finding::WorseThanMean { ratio, part: Part::Test } => *ratio > 0.985 && *ratio < 1.2,
        // Where nothing is learnt, that says it.
        Finding::NotLearned { .. } => true,
        _ => false,
    };
    assert_eq!(findings.iter().filter(|finding| worse(finding)).count(), 1, "{findings:?}");
}

/// What is asked for lies far from the mean where targets are skewed, and is no fault.
#[test]
fn a_loss_that_does_not_aim_at_the_mean_is_compared_by_itself() {
    let (x, e) = (
        |j: usize| (j * 7919 % 1013) as f64 / 1013.0,
        |j: usize| -(1.0 - (j * 104_729 % 997) as f64 / 997.0).ln(),
    );
    let net = Mlp::regressor(1, 1).hidden([16]).loss(Kind::new("quantile").with(0.95));
    let data = |y: &dyn Fn(usize) -> f64| {
        let (x, y) = (Mat::from_fn(1, 600, |_, j| x(j)), Mat::from_fn(1, 600, |_, j| y(j)));
        Dataset::regression(x, y).unwrap()
    };
    let findings = tested(&data(&|j| 10.0 * x(j) * e(j)), &net, 400).findings;
    let worse = |finding: &Finding| {
        matches!(finding, Finding::WorseThanMean { .. } | Finding::WorseThanConstant { .. })
    };
    assert!(!findings.iter().any(worse), "{findings:?}");
    // Where there is nothing to learn, one prediction is as good: the quantile, not the mean.
    let findings = tested(&data(&|j| 10.0 * e(j)), &net, 400).findings;
    let said = |finding: &Finding| match finding {
        Finding::WorseThanConstant { ratio, part: Part::Test } => *ratio > 0.97 && *ratio < 1.3,
        Finding::NotLearned { lowest, constant } => {
            *lowest > 0.9 * constant && *lowest < 1.2 * constant
        }
        _ => false,
    };
    assert_eq!(findings.iter().filter(|finding| said(finding)).count(), 1, "{findings:?}");
    // One row says nothing.
    let noise = data(&|j| 10.0 * e(j)).subset(&(0..401).collect::<Vec<_>>()).unwrap();
    let findings = tested(&noise, &Mlp::regressor(1, 1).hidden([16]), 400).findings;
    assert!(!findings.iter().any(worse), "{findings:?}");
}

#[test]
fn one_example_of_the_validation_data_decides_which_weights_are_kept() {
    for (name, data) in [
        ("feature `x0`", outlying(300, &[11], 1e6)),
        ("target `y0`", {
            let data = raw_regression(300);
            let y = data.values().unwrap();
            let y = Mat::from_fn(1, 300, |_, j| if j == 11 { 1e6 } else { y[(0, j)] });
            Dataset::regression(data.x().to_owned(), y).unwrap()
        }),
    ] {
        let (validation, rest): (Vec<usize>, Vec<usize>) = (0..300).partition(|j| *j < 40);
        let train = data.subset(&rest).unwrap();
        let preparation = Preparation::fit(["standardize"], &train).unwrap();
        let validation: Data = preparation.dataset(&data.subset(&validation).unwrap()).unwrap();
        let trainer = adam(0.003).epochs(30).validation_data(&validation).patience(10);
        let train = preparation.dataset(&train).unwrap();
        let text = diagnosis(trainer.fit(&mut value_net().build().unwrap(), &train)).to_string();
        assert!(
            text.starts_with("example 11 of the validation data makes more than half"),
            "{text}"
        );
        assert!(text.contains(name) && !text.contains("does not hold"), "{text}");
    }
}

/// Rows and lines of a file, though the trainer has cut it and the preparation has changed it.
#[test]
fn an_example_is_named_by_its_place_in_the_file() {
    let data = outlying(300, &[222], 1e6);
    let mut text = String::from("a,b,c,d,y\n");
    for j in 0..300 {
        for i in 0..4 {
            text += &format!("{},", data.x()[(i, j)]);
        }
        text += &format!("{}\n", data.values().unwrap()[(0, j)]);
    }
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let target = TargetColumns::infer(&table, &["y"], None).unwrap();
    let encoding = Encoding::of_numbers(["a", "b", "c", "d"]);
    let read = prepared(&encoding.dataset(&Rows::all(&table), &target).unwrap());
    let said = |data: &Data| fit(&value_net(), Trainer::default().seed(3), data).to_string();
    let text = said(&read);
    assert!(
        text.contains("feature `a` is") && text.contains("in row 223 (line 224), so"),
        "{text}"
    );
    // In memory, it is the index in what was given.
    let text = said(&prepared(&data));
    assert!(text.contains("feature `x0` is") && text.contains("in example 222, so"), "{text}");
}
