//! A copy of a model is another model with the same bits.

use densely_data::{Dataset, digits};
use densely_layers::{Activation, Linear, Relu, Sequential};
use densely_loss::{Loss, SoftmaxCrossEntropy, Target, TargetKind};
use densely_models::{Mlp, Model, Predictor, Preparation, Trainer};
use densely_tensor::{Initializer, Key, Mat, Purpose, Real, Scalar, Stream, Threads};

/// An activation of somebody's own.
#[derive(Debug, Clone)]
struct Isru;

impl Activation for Isru {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x / (x * x + R::ONE).sqrt()
    }
    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let d = (x * x + R::ONE).sqrt();
        R::ONE / (d * d * d)
    }
}

/// A loss of somebody's own, with an option.
#[derive(Debug, Clone)]
struct Weighted(f64);

impl<T: Scalar> Loss<T> for Weighted {
    fn name(&self) -> &'static str {
        "weighted"
    }
    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let loss = SoftmaxCrossEntropy::new().example(scores, target, dscores);
        let weight = T::from_f64(self.0);
        dscores.iter_mut().for_each(|d| *d *= weight);
        weight * loss
    }
}

fn scores<T: Scalar>(model: &Model<T>, data: &Dataset<T>) -> Mat<T> {
    model.scores(data.x(), &Threads::single()).unwrap()
}

#[test]
fn a_copy_trains_on_and_leaves_the_original() {
    let data = digits().subset(&(0..200).collect::<Vec<_>>()).unwrap().cast::<f32>().unwrap();
    let mut stream = Stream::new(3, Purpose::Weights, Key::default());
    let mut linear = |i, o| Linear::new(i, o, Initializer::HeNormal, &mut stream).unwrap();
    let inner = Sequential::new(12).unwrap().with(linear(12, 12)).unwrap().with(Relu).unwrap();
    let network = Sequential::new(64).unwrap().with(linear(64, 12)).unwrap().with(Isru).unwrap();
    let network = network.with(inner).unwrap().with(linear(12, 10)).unwrap();
    let mut model = Model::new(network, Weighted(2.0));
    let trainer = || Trainer::default().epochs(2);
    trainer().fit(&mut model, &data).unwrap();

    let before = scores(&model, &data);
    let mut copy = model.clone();
    assert_eq!(scores(&copy, &data), before);
    let of_copy = trainer().fit(&mut copy, &data).unwrap();
    assert_ne!(scores(&copy, &data), before);
    assert_eq!(scores(&model, &data), before);
    // The original would have gone the same way.
    assert_eq!(trainer().fit(&mut model, &data).unwrap(), of_copy);
    assert_eq!(scores(&model, &data), scores(&copy, &data));
}

#[test]
fn a_copy_of_a_predictor_predicts_the_same() {
    let data = digits();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let mlp = Mlp::classifier(64, 10).hidden([8]);
    let mut predictor = Predictor::<f32>::new(preparation, mlp).unwrap();
    let (copy, threads) = (predictor.clone(), Threads::single());
    let of = |predictor: &Predictor<f32>| predictor.probabilities(data.x(), &threads).unwrap();
    let before = of(&predictor);
    assert_eq!(of(&copy), before);
    predictor.model_mut().scale_scores(0.5);
    assert_ne!(of(&predictor), before);
    assert_eq!(of(&copy), before);
}
