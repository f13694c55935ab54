//! Every optimiser, with its options.

use densely::prelude::*;

use crate::case::parts;
use crate::training::check_all;

#[test]
fn optimizers() {
    check_all("optimizers", include_str!("optimizers.txt"), 57);
}

/// The optimiser of this description, plain but for what is said.
pub(crate) fn optimizer(text: &str) -> Box<dyn Optimizer<f64>> {
    let parts = parts(text);
    let ((name, rate), options) = parts.split_first().unwrap();
    let known = OptimizerKinds::<f64>::new();
    let spec = known.specs().find(|spec| spec.name() == *name).unwrap();
    let has = |option: &str| spec.opts().iter().any(|opt| opt.name() == option);
    let kind = Kind::new(*name).with_option("learning-rate", rate[0]);
    let (limits, own): (Vec<_>, Vec<_>) = options.iter().partition(|(name, _)| is_limit(name));
    let mut set = Vec::new();
    for (name, values) in own {
        match (*name, values.as_slice()) {
            ("betas", &[beta1, beta2]) => set.extend([("beta1", beta1), ("beta2", beta2)]),
            ("penalty", &[l1, l2, decay]) if has("decoupled-decay") => {
                set.extend([("l1", l1), ("weight-decay", l2), ("decoupled-decay", decay)]);
            }
            ("penalty", &[l1, l2, decay]) => {
                set.extend([("l1", l1), ("l2", l2), ("weight-decay", decay)]);
            }
            (name, values) => set.push((name, values.first().copied().unwrap_or(f64::NAN))),
        }
    }
    // Others have no momentum and no L2 by default.
    for plain in ["momentum", "weight_decay"] {
        let is_set = set.iter().any(|(name, _)| name.replace('_', "-") == plain.replace('_', "-"));
        if !is_set
            && has(&plain.replace('_', "-"))
            && (plain == "momentum" || has("decoupled-decay"))
        {
            set.push((plain, 0.0));
        }
    }
    let kind = set.into_iter().fold(kind, |kind, (name, value)| {
        let name = name.replace('_', "-");
        // What stands there without a number is set.
        if value.is_nan() { kind.with_option(name, true) } else { kind.with_option(name, value) }
    });
    let kind = limits.into_iter().fold(kind, |kind, (name, limit)| {
        Kind::new(name.replace('_', "-")).with(limit[0]).with(kind)
    });
    known.get(kind).unwrap()
}

/// Whether it is an optimiser around another.
fn is_limit(option: &str) -> bool {
    ["clip_norm", "clip_value", "max_norm"].contains(&option)
}
