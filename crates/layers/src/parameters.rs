use densely_tensor::Scalar;

use crate::{Layer, Param, param_path};

/// What has learnable parameters: every [`Layer`] and network, and whatever else is to be
/// optimised.
///
/// ```
/// use densely_layers::{Param, Parameters};
/// use densely_tensor::mat;
///
/// /// A point that moves downhill.
/// struct Point(Param<f64>);
///
/// impl Parameters<f64> for Point {
///     fn each(&self, visit: &mut dyn FnMut(&Param<f64>)) {
///         visit(&self.0);
///     }
///     fn each_mut(&mut self, visit: &mut dyn FnMut(&mut Param<f64>)) {
///         visit(&mut self.0);
///     }
/// }
///
/// let point = Point(Param::weight(mat![[1.0], [2.0]]));
/// let mut entries = 0;
/// point.each(&mut |param| entries += param.len());
/// assert_eq!(entries, 2);
/// point.each_path(&mut |path, _| assert_eq!(path, "0.weight"));
/// ```
pub trait Parameters<T: Scalar> {
    /// Visits them, always in the same order.
    fn each(&self, visit: &mut dyn FnMut(&Param<T>));

    /// Visits them for change, in the order of [`each`](Self::each).
    fn each_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>));

    /// Visits them with the [path](crate::param_path) of each, in the order of [`each`](Self::each):
    /// by default, its position and its name, `0.weight`.
    fn each_path(&self, visit: &mut dyn FnMut(&str, &Param<T>)) {
        let mut position = 0;
        self.each(&mut |param| {
            visit(&param_path(&format!("{position}."), param.name, param.role), param);
            position += 1;
        });
    }
}

impl<T: Scalar, L: Layer<T> + ?Sized> Parameters<T> for L {
    fn each(&self, visit: &mut dyn FnMut(&Param<T>)) {
        self.visit_params(visit);
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        self.visit_params_mut(visit);
    }

    fn each_path(&self, visit: &mut dyn FnMut(&str, &Param<T>)) {
        self.visit_paths("", visit);
    }
}
