use densely::prelude::*;
use densely_picture::{Axis, BLUE, GRAY, Panel, Picture};

use crate::figures::{Figures, number};
use crate::outcome::Outcome;
use crate::statement::Statement;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "preprocessing",
    title: "A cloud, centred, decorrelated, whitened",
    section: section::DATA,
    claim: "PCA centres data and turns them into the axes of their covariance, which becomes \
            diagonal. Whitening also scales each axis, and the covariance becomes the identity.",
    method: "A correlated cloud of 400 points goes through `Center`, `Pca` and `Whiten`.",
    run,
};

/// Mean of each feature, and their covariance: both variances, and the entry beside them.
fn statistics(x: &Mat<f64>) -> ([f64; 2], [f64; 3]) {
    let n = x.ncols() as f64;
    let mean = [0, 1].map(|i| x.row(i).sum() / n);
    let covariance = |a: usize, b: usize| {
        (0..x.ncols()).map(|j| (x[(a, j)] - mean[a]) * (x[(b, j)] - mean[b])).sum::<f64>() / n
    };
    (mean, [covariance(0, 0), covariance(1, 1), covariance(0, 1)])
}

fn run(_: &Lab) -> Result<Outcome, NotesError> {
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let normal = Mat::from_fn(2, 400, |_, _| stream.normal::<f64>());
    let cloud = Mat::from_fn(2, 400, |i, j| {
        let (u, v) = (1.7 * normal[(0, j)], 0.45 * normal[(1, j)]);
        if i == 0 { 3.0 + 0.8 * u - 0.6 * v } else { 2.0 + 0.6 * u + 0.8 * v }
    });
    let stages = [
        ("original", cloud.clone()),
        ("centred", Center::fit(cloud.as_ref())?.transform(cloud.as_ref())?),
        ("decorrelated (PCA)", Pca::fit(cloud.as_ref())?.transform(cloud.as_ref())?),
        ("whitened", Whiten::fit(cloud.as_ref())?.transform(cloud.as_ref())?),
    ];
    let mut figures =
        Figures::new(["data", "mean of x₁", "mean of x₂", "variance of x₁", "of x₂", "covariance"]);
    let mut picture = Picture::new("The same 400 points", (210.0, 210.0));
    let axis = || Axis::linear("", -7.5, 7.5);
    let mut statistics_of = Vec::new();
    for (name, x) in &stages {
        let (mean, covariance) = statistics(x);
        let [a, b, c] = covariance.map(Into::into);
        figures.row([(*name).into(), mean[0].into(), mean[1].into(), a, b, c]);
        statistics_of.push((mean, covariance));
        let panel = Panel::new(*name, axis(), axis())
            .line(GRAY, [(-7.5, 0.0), (7.5, 0.0)])
            .line(GRAY, [(0.0, -7.5), (0.0, 7.5)])
            .dots(BLUE, 2.25, (0..x.ncols()).map(|j| (x[(0, j)], x[(1, j)])));
        picture = picture.panel(panel);
    }
    let small = |value: f64| value.abs() < 1e-12;
    let [_, centred, pca, white] = [0, 1, 2, 3].map(|i| statistics_of[i]);
    let whitening = (white.1[0] - 1.0).abs().max((white.1[1] - 1.0).abs()).max(white.1[2].abs());
    Outcome::new(
        [
            Statement::exact("centred, the means are 0", centred.0.into_iter().all(small)),
            Statement::exact("after PCA, the covariance of the two features is 0", small(pca.1[2])),
            Statement::exact("and the first has the larger variance", pca.1[0] > pca.1[1]),
            Statement::exact("whitened, the covariance is the identity", whitening < 1e-12),
        ],
        format!(
            "Means and the covariance are 0 up to rounding where they should be, and the whitened \
             covariance is within {} of the identity. The notes add 1e-5 to each variance before they \
             divide by its root; `Whiten::from_pca` does so, where noise must not be blown up.",
            number(whitening)
        ),
        figures,
        &picture,
    )
}
