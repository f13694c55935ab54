use crate::Role;

/// Which parameter of a network one is: `2.weight` is the weight of the layer at position 2.
///
/// `prefix` says where its layer is, with the dot at its end, and is empty for a layer alone; of a
/// network in a network, both positions, `2.0.`. As in PyTorch, the slopes of a `PReLU` are its
/// weight.
///
/// ```
/// use densely_layers::{Layer, Linear, PRelu, Role, Sequential, param_path};
/// use densely_tensor::Mat;
///
/// let linear = || Linear::<f32>::from_parts(Mat::zeros(2, 2), Mat::zeros(2, 1));
/// let inner = Sequential::new(2)?.with(linear()?)?.with(PRelu::per_unit(2)?)?;
/// let network = Sequential::new(2)?.with(linear()?)?.with(inner)?;
/// let mut paths = Vec::new();
/// network.visit_paths("", &mut |path, _| paths.push(path.to_owned()));
/// assert_eq!(paths, ["0.weight", "0.bias", "1.0.weight", "1.0.bias", "1.1.weight"]);
/// assert_eq!(param_path("1.1.", "slope", Role::Slope), "1.1.weight");
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
#[must_use]
pub fn param_path(prefix: &str, name: &str, role: Role) -> String {
    let name = if role == Role::Slope && name == role.name() { "weight" } else { name };
    format!("{prefix}{name}")
}
