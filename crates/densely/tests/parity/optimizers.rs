//! Every optimiser, with its options.

use densely::prelude::*;

use crate::case::parts;
use crate::training::check_all;

#[test]
fn optimizers() {
    check_all("optimizers", include_str!("optimizers.txt"), 50);
}

/// The optimiser of this description.
pub(crate) fn optimizer(text: &str) -> Box<dyn Optimizer<f64>> {
    let parts = parts(text);
    let ((kind, rate), options) = parts.split_first().unwrap();
    let own = options.iter().filter(|(name, _)| !is_limit(name));
    let own = own.map(|(name, values)| (*name, values.as_slice()));
    let rate = rate[0];
    let inner: Box<dyn Optimizer<f64>> = match *kind {
        "sgd" => Box::new(own.fold(Sgd::new(rate), |sgd, option| match option {
            ("momentum", &[momentum]) => sgd.momentum(momentum),
            ("nesterov", []) => sgd.nesterov(true),
            ("weight_decay", &[decay]) => sgd.weight_decay(decay),
            other => sgd.penalty(penalty(other)),
        })),
        "adam" => Box::new(own.fold(Adam::new(rate), |adam, option| match option {
            ("betas", &[beta1, beta2]) => adam.betas(beta1, beta2),
            ("epsilon", &[epsilon]) => adam.epsilon(epsilon),
            ("weight_decay", &[decay]) => adam.weight_decay(decay),
            other => adam.penalty(penalty(other)),
        })),
        "adamw" => Box::new(own.fold(AdamW::new(rate), |adamw, option| match option {
            ("betas", &[beta1, beta2]) => adamw.betas(beta1, beta2),
            ("epsilon", &[epsilon]) => adamw.epsilon(epsilon),
            ("weight_decay", &[decay]) => adamw.weight_decay(decay),
            other => adamw.penalty(penalty(other)),
        })),
        "rmsprop" => Box::new(own.fold(RmsProp::new(rate), |rmsprop, option| match option {
            ("decay", &[decay]) => rmsprop.decay(decay),
            ("epsilon", &[epsilon]) => rmsprop.epsilon(epsilon),
            ("momentum", &[momentum]) => rmsprop.momentum(momentum),
            ("centered", []) => rmsprop.centered(true),
            ("weight_decay", &[decay]) => rmsprop.weight_decay(decay),
            other => rmsprop.penalty(penalty(other)),
        })),
        "adagrad" => Box::new(own.fold(Adagrad::new(rate), |adagrad, option| match option {
            ("epsilon", &[epsilon]) => adagrad.epsilon(epsilon),
            ("initial_sum", &[sum]) => adagrad.initial_sum(sum),
            ("weight_decay", &[decay]) => adagrad.weight_decay(decay),
            other => adagrad.penalty(penalty(other)),
        })),
        other => panic!("no optimiser is called {other}"),
    };
    let limits = options.iter().filter(|(name, _)| is_limit(name));
    limits.fold(inner, |inner, (name, limit)| match *name {
        "clip_norm" => Box::new(inner.clip_norm(limit[0])),
        "clip_value" => Box::new(inner.clip_value(limit[0])),
        _ => Box::new(inner.max_norm(limit[0])),
    })
}

/// Whether it is an optimiser around another.
fn is_limit(option: &str) -> bool {
    ["clip_norm", "clip_value", "max_norm"].contains(&option)
}

fn penalty(option: (&str, &[f64])) -> Penalty {
    match option {
        ("penalty", &[l1, l2, decoupled]) => Penalty::elastic_net(l1, l2).decoupled(decoupled),
        other => panic!("no optimiser has an option {other:?}"),
    }
}
