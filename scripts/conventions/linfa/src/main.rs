//! Prints what linfa computes, a line of numbers each.

use linfa::dataset::Pr;
use linfa::prelude::*;
use linfa_preprocessing::whitening::Whitener;
use linfa_reduction::Pca;
use ndarray::{Array1, Array2, Axis, array};

fn print(name: &str, numbers: impl IntoIterator<Item = f64>) {
    let numbers: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
    println!("{name}: {}", numbers.join(" "));
}

/// The area for eight scores in perfect order.
fn auc(unit: f32) -> f64 {
    let scores: Array1<Pr> = (1..=8).map(|i| Pr::new(i as f32 * unit)).collect();
    let labels = [false, false, false, false, true, true, true, true];
    scores.roc(&labels[..]).unwrap().area_under_curve().into()
}

fn main() {
    print("AUC near 1e-12", [auc(1e-12)]);
    print("AUC near 0.1", [auc(0.1)]);

    let predicted = array![true, false, false, false];
    let truth = array![true, true, false, false];
    let matrix = predicted.confusion_matrix(&truth).unwrap();
    print("precision and recall", [matrix.precision().into(), matrix.recall().into()]);

    let loss = array![Pr::new(1e-10)].log_loss(&[true][..]).unwrap();
    print("log loss of 1e-10", [loss.into()]);

    let targets = array![0.0, 1.0, 2.0, 3.0];
    print("explained variance", [(&targets + 1.0).explained_variance(&targets).unwrap()]);
    print("R² of small targets", [Array1::zeros(4).r2(&(&targets * 1e-6)).unwrap()]);

    // Variances of 10 and 2.5, divided by 4.
    let data = array![[2.0, 1.0], [2.0, -1.0], [-2.0, 1.0], [-2.0, -1.0]] * 2.5_f64.sqrt();
    let variances = |components| {
        let pca = Pca::params(components).fit(&Dataset::from(data.clone())).unwrap();
        pca.explained_variance().to_vec()
    };
    print("variance of 1 component", variances(1));
    print("variances of 2", variances(2));
    let whitener = Whitener::pca().fit(&Dataset::from(data.clone())).unwrap();
    let white = whitener.transform(data.clone());
    print("variances of whitened data", white.var_axis(Axis(0), 0.0));
    let doubled = ndarray::concatenate![Axis(1), data, data.column(0).insert_axis(Axis(1))];
    let whitener = Whitener::zca().fit(&Dataset::from(doubled.clone())).unwrap();
    print("ZCA of a doubled column", [whitener.transform(doubled).sum()]);

    let rows = Dataset::from((Array2::<f64>::zeros((11, 1)), Array1::<f64>::zeros(11)));
    let folds = rows.fold(4);
    print("4 folds of 11", folds.iter().map(|(_, held_out)| held_out.nsamples() as f64));
    let (train, test) = rows.split_with_ratio(0.8);
    print("split of 11", [train.nsamples() as f64, test.nsamples() as f64]);
}
