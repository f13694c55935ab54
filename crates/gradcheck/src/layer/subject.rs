use densely_layers::{At, Layer};
use densely_tensor::{Mat, Threads};

use super::pass::{Batch, Pass, Way, forward, pass};
use crate::Check;
use crate::session::{Judge, Pair, Verdict, entries};

/// A layer with the inputs, cotangents and results of one case.
pub(crate) struct Subject<'a> {
    pub(crate) layer: &'a mut dyn Layer<f64>,
    /// `"input"`, then the names of the parameters.
    pub(crate) targets: Vec<String>,
    pub(crate) x: Mat<f64>,
    pub(crate) dy: Mat<f64>,
    pub(crate) at: At,
    pub(crate) base: Pass<f64>,
    /// Beside each result, the sizes of the terms that it is a sum of: rounding errors are
    /// relative to these, not to a sum that may cancel.
    pub(crate) terms: Pass<f64>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(layer: &'a mut dyn Layer<f64>, x: Mat<f64>, dy: Mat<f64>, at: At) -> Self {
        let mut targets = vec!["input".to_owned()];
        layer.visit_params(&mut |param| {
            let same = targets.iter().filter(|name| name.split(' ').next() == Some(param.name));
            targets.push(match same.count() {
                0 => param.name.to_owned(),
                earlier => format!("{} {}", param.name, earlier + 1),
            });
        });
        let batch = Batch { x: x.as_ref(), dy: dy.as_ref(), at };
        let base = pass(layer, batch, f64::NAN, Way::Input, &Threads::single());
        let terms = terms(layer, batch, &base);
        Self { layer, targets, x, dy, at, base, terms }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.dy.nrows()
    }

    pub(crate) fn n(&self) -> usize {
        self.x.ncols()
    }

    /// A pass over part of the examples, or with other cotangents, as `change` says.
    pub(crate) fn pass(
        &mut self,
        change: impl FnOnce(Batch<'_, f64>) -> Batch<'_, f64>,
    ) -> Pass<f64> {
        let batch = Batch { x: self.x.as_ref(), dy: self.dy.as_ref(), at: self.at };
        pass(self.layer, change(batch), f64::NAN, Way::Input, &Threads::single())
    }

    /// A pass with other cotangents.
    pub(crate) fn pass_with(&mut self, dy: &Mat<f64>) -> Pass<f64> {
        let batch = Batch { x: self.x.as_ref(), dy: dy.as_ref(), at: self.at };
        pass(self.layer, batch, f64::NAN, Way::Input, &Threads::single())
    }

    /// `⟨dy, y⟩`, of which the gradients are those of a backward pass with `dy`.
    pub(crate) fn inner_product(&self) -> f64 {
        inner_product_of(&forward(self.layer, self.x.as_ref(), self.outputs(), self.at), &self.dy)
    }

    /// The same for example `j` alone.
    pub(crate) fn inner_product_of_example(&self, j: usize) -> f64 {
        let (x, at) = (self.x.as_ref().subcols(j, 1), self.at.shifted(j));
        let y = forward(self.layer, x, self.outputs(), at);
        (0..self.outputs()).map(|i| y[(i, 0)] * self.dy[(i, j)]).sum()
    }

    /// What `⟨dy, y⟩` is a sum of.
    pub(crate) fn inner_terms(&self) -> f64 {
        let size = |at: (usize, usize)| self.dy[at].abs() * (1.0 + self.terms.y[at]);
        entries(&self.dy).map(size).sum()
    }

    /// The same for example `j` alone.
    pub(crate) fn inner_terms_of_example(&self, j: usize) -> f64 {
        let size = |i: usize| self.dy[(i, j)].abs() * (1.0 + self.terms.y[(i, j)]);
        (0..self.outputs()).map(size).sum()
    }

    /// An entry of the input (target 0) or of a parameter.
    pub(crate) fn entry(&self, target: usize, entry: (usize, usize)) -> f64 {
        if target == 0 {
            return self.x[entry];
        }
        let (mut index, mut value) = (0, 0.0);
        self.layer.visit_params(&mut |param| {
            index += 1;
            if index == target {
                value = param.value[entry];
            }
        });
        value
    }

    pub(crate) fn set_entry(&mut self, target: usize, entry: (usize, usize), value: f64) {
        if target == 0 {
            self.x[entry] = value;
            return;
        }
        let mut index = 0;
        self.layer.visit_params_mut(&mut |param| {
            index += 1;
            if index == target {
                param.value[entry] = value;
            }
        });
    }

    /// The values of the parameters.
    pub(crate) fn parameters(&self) -> Vec<Mat<f64>> {
        let mut values = Vec::new();
        self.layer.visit_params(&mut |param| values.push(param.value.clone()));
        values
    }

    /// Whether the gradients agree with these, to `tolerance` of their terms times `size`.
    pub(crate) fn compare(
        &self,
        judge: &Judge<'_>,
        check: Check,
        gradients: &[Mat<f64>],
        expected: &[Mat<f64>],
        (size, tolerance): (f64, f64),
    ) -> Verdict {
        let both = gradients.iter().zip(expected).zip(&self.targets).zip(&self.terms.gradients);
        for (((actual, expected), target), terms) in both {
            let scale = size * terms.norm_l2();
            let pair = Pair { target, actual, expected, scale, tolerance };
            judge.norm(check, &pair, || crate::mistake::of_matrix(actual, expected, self.n()))?;
        }
        Ok(())
    }

    /// Whether all results have the same bits as those of the case.
    pub(crate) fn same(&self, judge: &Judge<'_>, check: Check, other: &Pass<f64>) -> Verdict {
        judge.same(check, "output", &other.y, &self.base.y)?;
        let both = other.gradients.iter().zip(&self.base.gradients);
        for ((other, base), target) in both.zip(&self.targets) {
            judge.same(check, target, other, base)?;
        }
        Ok(())
    }
}

fn inner_product_of(y: &Mat<f64>, dy: &Mat<f64>) -> f64 {
    crate::mistake::inner_product(y, dy)
}

/// The derivative of each output by itself, from a backward pass with one cotangent that is
/// not zero, gives the terms of every sum.
fn terms(layer: &mut dyn Layer<f64>, batch: Batch<'_, f64>, base: &Pass<f64>) -> Pass<f64> {
    let zero = |m: &Mat<f64>| Mat::zeros(m.nrows(), m.ncols());
    let absolute = |m: &Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)].abs());
    let mut terms =
        Pass { y: absolute(&base.y), gradients: base.gradients.iter().map(zero).collect() };
    let mut values = vec![Mat::zeros(batch.x.nrows(), 1)];
    layer.visit_params(&mut |param| values.push(param.value.clone()));
    let mut unit = Mat::zeros(batch.dy.nrows(), 1);
    for j in 0..batch.x.ncols() {
        values[0] = batch.x.subcols(j, 1).to_owned();
        for i in 0..batch.dy.nrows() {
            unit[(i, 0)] = 1.0;
            let example = Batch { dy: unit.as_ref(), ..batch.part(j, 1) };
            let one = pass(layer, example, f64::NAN, Way::Input, &Threads::single());
            unit[(i, 0)] = 0.0;
            let weight = batch.dy[(i, j)].abs();
            for (target, gradient) in one.gradients.iter().enumerate() {
                for (row, column) in entries(gradient) {
                    let size = gradient[(row, column)].abs();
                    let to = if target == 0 { j } else { column };
                    terms.gradients[target][(row, to)] += weight * size;
                    terms.y[(i, j)] += size * values[target][(row, column)].abs();
                }
            }
        }
    }
    terms
}
